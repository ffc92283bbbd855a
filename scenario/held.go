package scenario

import (
	"unsafe"

	"eventsource-playground/language"
)

// Size is about how many bytes of memory the parsed text takes.
func (s *Scenario) Size() int {
	n := int(unsafe.Sizeof(*s)) + len(s.Group) + sizeOfText(s.Title) + sizeOfText(s.About)
	for _, name := range s.Listen {
		n += int(unsafe.Sizeof(name)) + len(name)
	}
	for _, h := range s.Connect.Headers {
		n += int(unsafe.Sizeof(h)) + len(h.Name) + len(h.Value)
	}
	n += len(s.Connect.Body)
	for _, section := range s.Sections {
		when := section.When
		n += int(unsafe.Sizeof(section)+unsafe.Sizeof(*section)) + len(when.Value) + len(when.Method) + len(when.Header) + len(when.HeaderIs) +
			len(when.Credentials) + len(section.Head.Path) + sizeOfOps(section.body)
		for _, h := range section.Head.Header {
			n += int(unsafe.Sizeof(h)) + len(h.Value)
		}
	}
	if s.Expect != nil {
		n += int(unsafe.Sizeof(*s.Expect)) + sizeOfLines(s.Expect.lines)
	}
	return n
}

// sizeOfText counts a map's first group of eight entries, too, which is there at once.
func sizeOfText(t language.Text) (n int) {
	if t != nil {
		const header, group = 48, 264
		n = header + group
	}
	for _, said := range t {
		n += len(said)
	}
	return n
}

func sizeOfOps(ops []op) (n int) {
	for i := range ops {
		o := &ops[i]
		n += int(unsafe.Sizeof(*o)) + len(o.fill) + o.text.held() + sizeOfOps(o.body)
	}
	return n
}

func sizeOfLines(lines []seenLine) (n int) {
	for i := range lines {
		l := &lines[i]
		n += int(unsafe.Sizeof(*l)) + l.kind.held() + l.data.held() + l.id.held() + sizeOfLines(l.body)
	}
	return n
}

func (t template) held() (n int) {
	for i := range t {
		n += int(unsafe.Sizeof(t[i])) + len(t[i].text)
	}
	return n
}

// Keeps is the most that a Player of this section keeps in memory while it waits, in bytes.
func (s *Section) Keeps() int {
	n := smallWrite
	if s.paced() {
		n = 2 * (smallWrite + largest(s.body)) // as append grows it
	}
	if s.proxy.holds > 0 {
		n += s.proxy.holds + smallWrite
	}
	return n
}

// largest is the most that is written at once, in bytes.
func largest(ops []op) (n int) {
	for i := range ops {
		o := &ops[i]
		n = max(n, len(o.fill), o.text.size(), largest(o.body))
	}
	return n
}
