package e2e

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"eventsource-playground/e2e/browser"
	"eventsource-playground/lesson"
	"eventsource-playground/lesson/file"
	"eventsource-playground/lesson/library"
)

// decides is how long a lesson's trace may take to decide, on a machine with much else to do.
const decides = 80 * time.Second

// Every lesson, in every browser, with a wrong prediction and then the right one: the trace decides as the file says, and
// the answer is filled with what was measured.
func TestEveryLessonIsDecidedByTheTrace(t *testing.T) {
	for i, f := range library.All() {
		t.Run(f.Name, func(t *testing.T) {
			if !slices.Contains(quick, f.Name) {
				slow(t)
			}
			t.Parallel()
			eachBrowser(t, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				l := f.In("en", i+1)
				p := visitLesson(t, b, "lang=en&lesson="+f.Name)
				p.lessonIs(l)
				happens := f.Happens[b.Name]
				wrong := (happens + 1) % len(l.Choices)
				predictions := []int{wrong, happens}
				if os.Getenv("PAIRWISE") != "" && !slices.Contains(quick, f.Name) {
					predictions = predictions[i%2:][:1] // as in continuous integration: half of them wrong, half right
				}
				for j, predicted := range predictions {
					if j > 0 {
						p.ClickButton("Again")
						p.Wait(`!$(".verdict") && !$(".pick :checked") && role("button", "` + runs(l) + `").disabled`)
					}
					p.predict(l, predicted)
					p.verdict(l, happens, predicted)
				}
				p.Wait(`role("progressbar", "Lessons done").value == 1`)
				p.triesMore(l)
			})
		})
	}
}

// quick are the lessons that make test plays: the first, one with steps, and one that is Spot. They are short, too.
var quick = []string{"open-before-event", "close-in-the-gap", "spot-states"}

func TestTheQuickLessonsAreOfEachKind(t *testing.T) {
	all := library.All()
	for i, is := range []func(*file.Lesson) bool{
		func(f *file.Lesson) bool { return f == all[0] },
		func(f *file.Lesson) bool { return len(f.In("en", 1).Steps) > 0 },
		func(f *file.Lesson) bool { return f.Spot > 0 },
	} {
		if !slices.ContainsFunc(all, func(f *file.Lesson) bool { return f.Name == quick[i] && is(f) }) {
			t.Errorf("%s is no longer the kind of lesson that make test should play there", quick[i])
		}
	}
}

// visitLesson opens the page, and waits for a lesson.
func visitLesson(t *testing.T, b *browser.Browser, query string) *page {
	t.Helper()
	return visitLessonAt(t, b, sharedURL(t), query)
}

func visitLessonAt(t *testing.T, b *browser.Browser, base, query string) *page {
	t.Helper()
	p := visitAt(t, b, base, query)
	p.Wait(`$(".lesson h3") != null`)
	return p
}

// lessonIs waits until the lesson is the one that is open.
func (p *page) lessonIs(l *lesson.Lesson) {
	p.t.Helper()
	p.Wait(`$(".lesson h3").innerText == ` + quote(l.Title))
}

func runs(l *lesson.Lesson) string {
	if l.Kind == lesson.Spot {
		return "Run it and see"
	}
	return "Run it"
}

// predict chooses, and runs the lesson.
func (p *page) predict(l *lesson.Lesson, choice int) {
	p.t.Helper()
	p.ClickRole("radio", plain(l.Choices[choice].Text))
	p.ClickButton(runs(l))
}

// plain is a text without measures, as a label is named.
func plain(text lesson.Text) string {
	var s strings.Builder
	for _, part := range text {
		s.WriteString(part.Text)
	}
	return strings.Join(strings.Fields(s.String()), " ")
}

// verdict waits for it, and checks all of it.
func (p *page) verdict(l *lesson.Lesson, happens, predicted int) {
	p.t.Helper()
	p.WaitFor(decides, `roles("status", "").some(s => s.contains($(".verdict")))`)
	var got struct {
		Marks                   []string
		Head, Answer, Deviates  string
		Agrees, Running, Locked bool
	}
	p.Eval(`({
		marks: [...document.querySelectorAll(".pick")].map(pick => pick.dataset.mark ?? ""),
		head: $(".verdict p b").textContent,
		answer: $(".verdict p:nth-of-type(2)").innerText,
		deviates: $(".verdict .deviates")?.textContent ?? "",
		agrees: $(".verdict").dataset.agrees == "true",
		locked: [...document.querySelectorAll(".pick input")].every(radio => radio.disabled),
	})`, &got)
	marks := make([]string, len(l.Choices))
	marks[predicted], marks[happens] = "predicted", "happened" // the second wins
	if !slices.Equal(got.Marks, marks) {
		p.t.Errorf("got choices marked %q; want %q. It says: %s %s", got.Marks, marks, got.Head, got.Answer)
		return
	}
	if want := heading(l.Kind, happens == predicted); got.Head != want {
		p.t.Errorf("got heading %q; want %q", got.Head, want)
	}
	if agrees := happens == predicted; got.Agrees != agrees || !got.Locked {
		p.t.Errorf("got agrees %v, choices locked %v; want %v, true", got.Agrees, got.Locked, agrees)
	}
	answer := l.Choices[happens].Answer
	if answer == nil {
		answer = l.Answer
	}
	p.filled(answer, got.Answer, absent(l.Choices[happens].When)...)
	follows := len(l.Standard) == 0 || slices.Contains(l.Standard, happens)
	if (got.Deviates == "") != follows {
		p.t.Errorf("got deviates %q, but that this follows the standard is %v", got.Deviates, follows)
	}
	if !follows {
		p.filled(append(lesson.Text{{Text: "Here your browser and the standard differ. "}}, l.Deviates...), got.Deviates)
	}
}

func heading(kind string, agrees bool) string {
	switch {
	case kind == lesson.Spot && agrees:
		return "Found! This is the false one:"
	case kind == lesson.Spot:
		return "This is the false one:"
	case agrees:
		return "As you predicted:"
	}
	return "You thought otherwise. What happened:"
}

// absent are measures that are not there in what happened, such as Last-Event-ID in a request without it.
func absent(c lesson.Condition) (measures []string) {
	for _, all := range c {
		for _, t := range all {
			if t.Is == "none" {
				measures = append(measures, t.Measure)
			}
		}
	}
	return measures
}

// filled checks that a text is there with something measured where its file has a measure, but for those that are absent:
// a time where that is one.
func (p *page) filled(text lesson.Text, got string, absent ...string) {
	p.t.Helper()
	var pattern strings.Builder
	var measures []string
	for _, part := range text {
		if part.Measure == "" {
			pattern.WriteString(regexp.QuoteMeta(part.Text))
			continue
		}
		measures = append(measures, part.Measure)
		pattern.WriteString(`([^<>]+?)`)
	}
	values := regexp.MustCompile(`(?s)^` + pattern.String() + `$`).FindStringSubmatch(got)
	if values == nil {
		p.t.Errorf("got %q; want it as its file says: %s", got, pattern.String())
		return
	}
	for i, measure := range measures {
		value := values[i+1]
		switch {
		case (value == "none") != slices.Contains(absent, measure):
			p.t.Errorf("got %q for %s in %q", value, measure, got)
		case timed.MatchString(measure) && !aTime.MatchString(value):
			p.t.Errorf("got %q for %s in %q; want a time", value, measure, got)
		}
	}
}

var (
	timed = regexp.MustCompile(`^(opened|first\.\w+|pause(\d+|\.last)|wait\d+|answer\d+\.lasted|age|quiet)$`)
	aTime = regexp.MustCompile(`^\d[\d.,]* (ms|s|毫秒|秒)$`)
)

// triesMore presses the button for one more thing, and checks that this is connected to.
func (p *page) triesMore(l *lesson.Lesson) {
	p.t.Helper()
	if l.More == nil {
		return
	}
	p.countSources()
	p.ClickButton("Try it")
	p.Wait(`(() => {
		const scenario = url => new URL(url, location).searchParams.get("scenario");
		return sources.length > 0 && scenario(sources[0]) == ` + quote(l.More.Scenario) + ` &&
			scenario(new URLSearchParams(location.search).get("url")) == ` + quote(l.More.Scenario) + `;
	})()`)
	var listens string
	p.Eval(`new URLSearchParams(location.search).get("listen")`, &listens)
	want := slices.DeleteFunc(slices.Clone(l.More.Listen), func(name string) bool { return name == "message" || name == "open" || name == "error" })
	if listens != strings.Join(want, ",") {
		p.t.Errorf("got it listening to %q; want %q", listens, want)
	}
}

// countSources keeps the addresses of all EventSources to come.
func (p *page) countSources() {
	p.t.Helper()
	p.Eval(`void (window.sources = [], window.EventSource = class extends EventSource { constructor(...a) { super(...a); sources.push(a[0]); } })`, nil)
}

func TestSpacesAreSeenInAnAnswer(t *testing.T) {
	f := byName(t, "colons-and-spaces")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		l := f.In("en", 1)
		p := visitLesson(t, b, "lang=en&lesson="+f.Name)
		p.lessonIs(l)
		p.predict(l, f.Happens[b.Name])
		p.WaitFor(decides, `$(".verdict").innerText.includes("The page got  two spaces, and two at the end  .")`)
	})
}

// What the file says is not what is shown: a stream that behaves otherwise gets another verdict.
func TestAnotherStreamIsDecidedOtherwise(t *testing.T) {
	f := byName(t, "204-second")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		l := f.In("en", 1)
		p := visitLesson(t, b, "lang=en&lesson="+f.Name)
		p.lessonIs(l)
		p.Eval(`void (window.EventSource = class extends EventSource { constructor(url, ...a) { super(url.replace("scenario=204-second", "scenario=end"), ...a); } })`, nil)
		p.predict(l, 1)
		p.WaitFor(decides, `$(".verdict")`)
		p.Wait(`$(".verdict").dataset.agrees == "false" && $(".verdict b").textContent == "You thought otherwise. What happened:" &&
			document.querySelectorAll(".pick")[2].dataset.mark == "happened"`)
	})
}

func byName(t *testing.T, name string) *file.Lesson {
	t.Helper()
	all := library.All()
	i := slices.IndexFunc(all, func(f *file.Lesson) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no lesson %s", name)
	}
	return all[i]
}

func TestALessonThatIsDoneStaysSo(t *testing.T) {
	all := library.All()
	first := all[0].In("en", 1)
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		p := visitLesson(t, b, "lang=en")
		p.lessonIs(first)
		p.predict(first, 0)
		p.WaitFor(decides, `$(".verdict")`)
		p.Open(sharedURL(t) + "/?lang=en")
		p.ready()
		p.lessonIs(all[1].In("en", 2)) // the first that is not done
		p.Wait(`role("progressbar", "Lessons done").value == 1`)
		p.ClickButton("all lessons")
		p.Wait(`role("button", "1 · ` + first.Title + `, done")`)
		p.ClickButton("1 · " + first.Title + ", done")
		p.lessonIs(first)
	})
}

func TestAPredictionStaysWhenItIsDrawnAnew(t *testing.T) {
	f := byName(t, "end")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		l := f.In("en", 1)
		p := visitLesson(t, b, "lang=en&lesson="+f.Name)
		p.lessonIs(l)
		p.ClickRole("radio", plain(l.Choices[2].Text))
		stays := func() { t.Helper(); p.Wait(`document.querySelectorAll(".pick input")[2].checked`) }
		p.ClickButton("all lessons")
		p.Wait(`!$(".pick")`)
		p.ClickButton("back to the lesson")
		stays()
		p.ClickButton("for a class")
		p.Wait(`!$(".pick")`)
		p.Press("ArrowRight")
		stays()
		p.Press("ArrowLeft")
		p.Wait(`!$(".pick")`)
		p.Press("Escape")
		stays()
		p.ClickButton("Run it")
		p.WaitFor(decides, `document.querySelectorAll(".pick")[2].dataset.mark == "predicted"`)
	})
}

func TestALessonGoesOnInTheOtherLanguage(t *testing.T) {
	f := byName(t, "comments")
	eachBrowser(t, func(t *testing.T, b *browser.Browser) {
		t.Parallel()
		l, zh := f.In("en", 1), f.In("zh", 1)
		happens := f.Happens[b.Name]
		p := visitLesson(t, b, "lang=en&lesson="+f.Name)
		p.lessonIs(l)
		p.countSources()
		p.predict(l, happens)
		p.Wait(`$(".lesson").innerText.includes("It runs.")`)
		p.ClickButton(languageSwitch)
		p.lessonIs(zh)
		p.Wait(`document.querySelectorAll(".pick input")[` + itoa(happens) + `].checked`)
		p.WaitFor(decides, `$(".verdict") && $(".verdict b").textContent == "和你预测的一样："`)
		var answer string
		p.Eval(`$(".verdict p:nth-of-type(2)").textContent`, &answer)
		p.filled(zh.Answer, answer)
		p.ClickButton(languageSwitch)
		p.lessonIs(l)
		p.verdict(l, happens, happens)
		var made int
		p.Eval(`sources.length`, &made)
		if made != 1 {
			t.Errorf("got %d EventSources; want the one of the run", made)
		}
	})
}

// From the first screen on, with the keys of a keyboard only.
func TestFromTheFirstScreenToTheEndOfLessonThreeByKeyboard(t *testing.T) {
	for language, words := range map[string]struct{ run, next, running string }{
		"en": {"Run it", "Next lesson", "It runs."},
		"zh": {"运行", "下一课", "正在运行。"},
	} {
		t.Run(language, func(t *testing.T) {
			eachBrowser(t, func(t *testing.T, b *browser.Browser) {
				t.Parallel()
				p := visitLesson(t, b, "lang="+language)
				for n, f := range library.All()[:3] {
					l := f.In(language, n+1)
					p.lessonIs(l)
					most := 8 // Tabs to the choices, when one is in the lesson
					if n == 0 {
						most = 200
					} else {
						p.Wait(`document.activeElement == $(".lesson h3")`)
					}
					first := `document.querySelector(".pick input")`
					p.tabTo(first, most)
					p.Press("Space")
					p.Press("ArrowDown")
					p.Wait(`document.querySelectorAll(".pick input")[1].checked`)
					p.Wait(`!role("button", "` + words.run + `").disabled`)
					p.tabTo(`role("button", "`+words.run+`")`, 2)
					p.Press([]string{"Enter", "Space"}[n%2])
					p.Wait(`document.activeElement == $(".lesson [role=status]") && !roles("button", "` + words.run + `").length`)
					p.WaitFor(decides, `document.activeElement.contains($(".verdict"))`)
					p.Wait(`document.querySelectorAll(".pick")[1].dataset.mark`) // that was the prediction
					p.Wait(`role("progressbar", "` + map[string]string{"en": "Lessons done", "zh": "已完成的课程"}[language] + `").value == ` + itoa(n+1))
					if n < 2 {
						p.tabTo(`role("button", "`+words.next+`")`, 5)
						p.Press([]string{"Space", "Enter"}[n%2])
					}
				}
			})
		})
	}
}

// tabTo presses Tab until an element has the focus, which must not get lost on the way.
func (p *page) tabTo(element string, most int) {
	p.t.Helper()
	for range most {
		p.Press("Tab")
		var at struct{ There, Lost bool }
		p.Eval(`({there: document.activeElement == `+element+`, lost: document.activeElement == document.body})`, &at)
		if at.There {
			return
		}
		if at.Lost {
			p.t.Fatalf("the focus got lost on the way to %s", element)
		}
	}
	p.Wait(element) // says what there is instead
	p.t.Fatalf("pressed Tab %d times and did not get to %s", most, element)
}
