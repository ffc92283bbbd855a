package scenario

// A Preview is what a section sends, up to a limit: for the page, which shows what a decoder makes of it.
type Preview struct {
	Bytes []byte
	More  bool   // there would be more
	End   Action // how it ends, if there is no more
}

// Preview plays a section to r without waiting, up to limit bytes, and no further than the work may go. Of what @bytes sends it
// has the beginning.
func (w *Work) Preview(s *Section, r Request, limit int) Preview {
	var v Preview
	for p := s.play(r, w); ; {
		step, ok := p.Next()
		if !w.spend(1) {
			v.More = true
			return v
		}
		if !ok {
			return v
		}
		v.End = step.Do
		if step.Do != Write {
			continue
		}
		if left := limit - len(v.Bytes); len(step.Bytes) > left {
			v.Bytes, v.More = append(v.Bytes, step.Bytes[:left]...), true
			return v
		}
		v.Bytes = append(v.Bytes, step.Bytes...)
	}
}
