package main

import (
	"slices"
	"testing"

	"eventsource-playground/protocol"
)

func TestSecretsAreTakenOutOfAnAddress(t *testing.T) {
	for _, test := range []struct{ name, address, masked, linked string }{
		{"none", "/sse?a=b&monk=c#key=1", "/sse?a=b&monk=c#key=1", "/sse?a=b&monk=c#key=1"},
		{"a token", "/sse?token=s3&a=b", "/sse?token=•••&a=b", "/sse?token=&a=b"},
		{"names in any case, and escaped", "/sse?API_KEY=s3&%74oken=s3#x", "/sse?API_KEY=•••&%74oken=•••#x", "/sse?API_KEY=&%74oken=#x"},
		{"no value", "/sse?token&key=", "/sse?token&key=", "/sse?token&key="},
		{"a value with an equals sign", "/sse?signature=a=b==", "/sse?signature=•••", "/sse?signature="},
		{"user and password", "https://user:s3@host:1/a?b=c", "https://•••@host:1/a?b=c", "https://host:1/a?b=c"},
		{"a user with an at sign", "https://a@b:s3@host", "https://•••@host", "https://host"},
		{"an at sign further on", "https://host/@a?b=//c@d", "https://host/@a?b=//c@d", "https://host/@a?b=//c@d"},
		{"without a scheme", "//user:s3@host/", "//•••@host/", "//host/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := withoutSecrets(test.address, protocol.Mask); got != test.masked {
				t.Errorf("got %s; want %s", got, test.masked)
			}
			if got := withoutSecrets(test.address, ""); got != test.linked {
				t.Errorf("got %s; want %s", got, test.linked)
			}
		})
	}
}

func TestALinkHasTheNamesOfItsSecretsAlone(t *testing.T) {
	s := Setup{
		URL: "https://u:planted@host/v1?api_key=planted&model=m", Engine: true, Method: "POST", Body: `{"planted":1}`, Repeat: true,
		Headers: []header{{Name: "Authorization", Value: "Bearer planted"}, {Name: "X-Model", Value: "a: b, c&d"}, {Name: "X-Off", Value: "planted", Off: true}},
	}
	const want = "url=https://host/v1?api_key%3D%26model%3Dm&listen=&client=go&method=POST&header=Authorization:&header=X-Model:+a:+b,+c%26d&repeat=1"
	if got := s.Query(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	values := map[string][]string{}
	for name, value := range pairs(s.Query()) {
		values[name] = append(values[name], value)
	}
	got := parseSetup(values)
	if got.URL != "https://host/v1?api_key=&model=m" || !got.Engine || got.Method != "POST" || got.Body != "" || !got.Repeat ||
		!slices.Equal(got.Headers, []header{{Name: "Authorization"}, {Name: "X-Model", Value: "a: b, c&d"}}) {
		t.Errorf("got %+v", got)
	}
	if names := missing(got); !slices.Equal(names, []string{"api_key", "Authorization"}) {
		t.Errorf("got %q missing; want api_key and Authorization", names)
	}
}
