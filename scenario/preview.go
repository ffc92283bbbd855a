package scenario

// A Preview is what a section sends, as far as it was asked for: for the page, which shows what a decoder makes of it.
type Preview struct {
	Bytes []byte
	More  bool   // there would be more
	End   Action // how it ends, if there is no more
}

// Preview plays the answer to r without waiting, up to most bytes.
func (s *Section) Preview(r Request, most int) Preview {
	var v Preview
	for p := s.Play(r); ; {
		step, ok := p.Next()
		if !ok {
			return v
		}
		v.End = step.Do
		if step.Do != Write {
			continue
		}
		if left := most - len(v.Bytes); len(step.Bytes) > left {
			v.Bytes, v.More = append(v.Bytes, step.Bytes[:left]...), true
			return v
		}
		v.Bytes = append(v.Bytes, step.Bytes...)
	}
}
