// Package certificate makes the certificate of a server that nobody has given one, and keeps it for the next time: an exception
// that a visitor made for it in a browser would else be gone with each start.
package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Names are what it is for: the names of this machine for itself.
var Names = []string{"localhost", "127.0.0.1", "::1"}

const (
	file   = "localhost.pem"      // in the folder: the certificate and its key in one, so that they always fit
	lasts  = 365 * 24 * time.Hour // from the day before it is made: clocks differ
	most   = 64 << 10             // bytes of the file
	secret = 0o600                // for its owner's eyes only
)

// Own returns the certificate that a folder keeps. It is made again when there is none, when it has expired, and when others
// than its owner may read its key. An error that comes with a certificate is why it can't be kept: it is for this time only.
func Own(folder string, now time.Time) (*tls.Certificate, error) {
	path := filepath.Join(folder, file)
	if kept, err := read(path, now); err == nil {
		return kept, nil
	}
	text, err := create(now)
	if err != nil {
		return nil, err
	}
	made, err := parse(text, now)
	if err != nil {
		return nil, err
	}
	if err := write(path, text); err != nil {
		return made, err
	}
	if kept, err := read(path, now); err == nil {
		return kept, nil // of another server, perhaps, that was started at the same time
	}
	return made, nil
}

// Made is a certificate that is not kept.
func Made(now time.Time) (*tls.Certificate, error) {
	text, err := create(now)
	if err != nil {
		return nil, err
	}
	return parse(text, now)
}

func read(path string, now time.Time) (*tls.Certificate, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm()&^secret != 0 {
		return nil, errors.New("certificate: not its owner's alone")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, err
	}
	return parse(text, now)
}

// parse reads what create made, unless it is of no use now.
func parse(text []byte, now time.Time) (*tls.Certificate, error) {
	c, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil, err
	}
	if now.Before(c.Leaf.NotBefore) || !now.Before(c.Leaf.NotAfter) {
		return nil, errors.New("certificate: expired")
	}
	for _, name := range Names {
		if err := c.Leaf.VerifyHostname(name); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// create makes a certificate and its key, as one text.
func create(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	from := now.Add(-24 * time.Hour)
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "EventSource Playground on this machine"},
		NotBefore:             from,
		NotAfter:              from.Add(lasts),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, // and no authority: whoever trusts it trusts no other one
	}
	for _, name := range Names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: signed})
	pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: private}) // to a buffer: neither fails
	return text.Bytes(), nil
}

// write puts the file in its place in one step, so that nobody reads half of it. os.CreateTemp makes it its owner's alone.
func write(path string, text []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	f, err := os.CreateTemp(folder, file+".*")
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	defer os.Remove(f.Name()) // there is none once it has its name
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	return nil
}
