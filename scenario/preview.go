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
		if step.Do == Write {
			v.Bytes = append(v.Bytes, step.Bytes[:min(len(step.Bytes), most-len(v.Bytes))]...)
			if len(v.Bytes) == most {
				v.More = true
				return v
			}
		}
		v.End = step.Do
	}
}
