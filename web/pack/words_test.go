package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMergeWords(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string // or a part of the error
	}{
		{"no file is no word", nil, `{}`},
		{"the files of two folders", map[string]string{"app/zh.json": `{"b":"乙"}`, "trace/words/zh.json": `{"a":"甲"}`}, `{"a":"甲","b":"乙"}`},
		{"a part of a folder's words in a file of its own", map[string]string{"app/zh.json": `{"a":"甲"}`, "app/lesson.zh.json": `{"b":"乙"}`}, `{"a":"甲","b":"乙"}`},
		{"twice the same", map[string]string{"app/zh.json": `{"a":"甲"}`, "trace/words/zh.json": `{"a":"甲"}`}, `{"a":"甲"}`},
		{"twice, and not the same", map[string]string{"app/zh.json": `{"a":"甲"}`, "trace/words/zh.json": `{"a":"乙"}`}, `"a" is said in another way elsewhere`},
		{"no object", map[string]string{"app/zh.json": `[]`}, "zh.json: "},
		{"another language's", map[string]string{"app/en-XA.json": `{"a":"á"}`, "app/lesson.en-XA.json": `{"a":"á"}`}, `{}`},
		{"another folder's", map[string]string{"server/zh.json": `{"a":"甲"}`}, `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			for name, content := range test.files {
				path := filepath.Join(root, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := mergeWords(root, "zh")
			if err != nil {
				got = []byte(err.Error())
			}
			if !strings.Contains(string(got), test.want) || err == nil && string(got) != test.want {
				t.Errorf("got %s; want %s", got, test.want)
			}
		})
	}
}
