package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// mergeWords makes one object of the page's texts in a language, by the English ones, which stand beside the code that says
// them: app/zh.json, trace/words/zh.json, app/lesson.zh.json, …
func mergeWords(root, code string) ([]byte, error) {
	merged := map[string]string{}
	for _, pattern := range []string{"app/" + code + ".json", "app/*." + code + ".json", "compare/" + code + ".json", "trace/words/" + code + ".json"} {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			var words map[string]string
			if err := json.Unmarshal(content, &words); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			for english, said := range words {
				if other, twice := merged[english]; twice && other != said {
					return nil, fmt.Errorf("%s: %q is said in another way elsewhere: %s and %s", name, english, other, said)
				}
				merged[english] = said
			}
		}
	}
	return json.Marshal(merged)
}
