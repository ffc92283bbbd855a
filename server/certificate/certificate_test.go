package certificate

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

var today = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

func TestItIsForThisMachineAndABrowserCanTrustIt(t *testing.T) {
	c, err := Own(filepath.Join(t.TempDir(), "new", "folder"), today)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c.Leaf) // as an exception does
	for _, name := range Names {
		if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: today}); err != nil {
			t.Errorf("got %v for %s; want a certificate that is valid", err, name)
		}
	}
	if c.Leaf.IsCA || c.Leaf.PublicKeyAlgorithm != x509.ECDSA {
		t.Errorf("got authority %v, %v; want a server's own, ECDSA", c.Leaf.IsCA, c.Leaf.PublicKeyAlgorithm)
	}
	if err := c.Leaf.VerifyHostname("example.org"); err == nil {
		t.Error("got a certificate for example.org; want one for this machine only")
	}
}

func TestItIsKeptUntilItExpires(t *testing.T) {
	folder := t.TempDir()
	first, err := Own(folder, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		after time.Duration
		kept  bool
	}{
		{"at once", 0, true},
		{"half a year later", 180 * 24 * time.Hour, true},
		{"the day before", 363 * 24 * time.Hour, true},
		{"when it has expired", 364 * 24 * time.Hour, false},
	} {
		got, err := Own(folder, today.Add(test.after))
		if err != nil {
			t.Fatal(err)
		}
		if kept := bytes.Equal(got.Leaf.Raw, first.Leaf.Raw); kept != test.kept {
			t.Errorf("%s: got kept %v; want %v", test.name, kept, test.kept)
		}
	}
}

func TestItIsReadableByItsOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // where a user's folder is that user's
	}
	folder := filepath.Join(t.TempDir(), "cache")
	first, err := Own(folder, today)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, file)
	for name, want := range map[string]os.FileMode{folder: 0o700, path: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("got %v, %v of %s; want mode %v", info.Mode().Perm(), err, name, want)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := Own(folder, today)
	if err != nil || bytes.Equal(first.Leaf.Raw, second.Leaf.Raw) {
		t.Errorf("got the same certificate, %v; want another one, since others could read the key", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v; want one file", entries, err)
	}
}

func TestWhatIsNoCertificateIsReplaced(t *testing.T) {
	good, err := create(today)
	if err != nil {
		t.Fatal(err)
	}
	other, err := create(today)
	if err != nil {
		t.Fatal(err)
	}
	half := bytes.Index(good, []byte("-----BEGIN PRIVATE"))
	for name, text := range map[string][]byte{
		"nothing":                   {},
		"noise":                     []byte("\x00\x01noise"),
		"a certificate alone":       good[:half],
		"the key of another one":    append(bytes.Clone(good[:half]), other[bytes.Index(other, []byte("-----BEGIN PRIVATE")):]...),
		"more than is ever written": append(bytes.Repeat([]byte("\n"), most), good...),
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
		first, err := Own(folder, today)
		if err != nil {
			t.Errorf("%s: got %v; want a certificate", name, err)
			continue
		}
		if second, err := Own(folder, today); err != nil || !bytes.Equal(first.Leaf.Raw, second.Leaf.Raw) {
			t.Errorf("%s: got another one the second time, %v; want the same", name, err)
		}
	}
}

func TestWhereItCantBeKeptThereIsOneForThisTime(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Own(folder, today)
	if c == nil || err == nil {
		t.Errorf("got %v, %v; want a certificate, and why it is not kept", c, err)
	}
}

func TestManyServersAtOnceShareOne(t *testing.T) {
	folder := t.TempDir()
	var servers sync.WaitGroup
	for range 8 {
		servers.Go(func() {
			if _, err := Own(folder, today); err != nil {
				t.Error(err)
			}
		})
	}
	servers.Wait()
	first, err := Own(folder, today)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Own(folder, today); err != nil || !bytes.Equal(first.Leaf.Raw, second.Leaf.Raw) {
		t.Errorf("got another one, %v; want one that stays", err)
	}
}
