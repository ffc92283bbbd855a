package main

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"slices"
	"strings"
	"testing"
)

// A panel is drawn again when what it holds changes, so it must not draw anything else; and a drawing changes nothing. The
// model is for event handlers and for what is done after a drawing, whose names begin with on.
func TestPanelsDrawOnlyWhatTheyHold(t *testing.T) {
	for _, name := range glob(t, "*.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := gotoken.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok || f.Recv == nil || strings.HasPrefix(strings.ToLower(f.Name.Name), "on") {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				// p.Model.x uses the model; Model: p.Model only hands it to a row.
				if outer, ok := n.(*ast.SelectorExpr); ok && selects(outer.X, "Model") {
					t.Errorf("%s: %s reads or changes the model: give the panel what it shows", files.Position(n.Pos()), f.Name.Name)
				}
				if set, ok := n.(*ast.AssignStmt); ok && selects(set.Rhs[0], "Model") {
					t.Errorf("%s: %s takes the model: give the panel what it shows", files.Position(n.Pos()), f.Name.Name)
				}
				return true
			})
		}
	}
}

// go-app takes the methods of two panels for one handler and keeps the first: what that panel held is what it sees for ever.
// Components stay, and only their fields change.
func TestHandlersOfPanelsUseTheModelOnly(t *testing.T) {
	methods := map[string][]*ast.FuncDecl{} // by type
	for _, name := range glob(t, "*.go") {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			if f, ok := declared.(*ast.FuncDecl); ok && f.Recv != nil {
				if pointer, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
					name := pointer.X.(*ast.Ident).Name
					methods[name] = append(methods[name], f)
				}
			}
		}
	}
	handlers := 0
	for panel, its := range methods {
		has := func(name string) bool {
			return slices.ContainsFunc(its, func(f *ast.FuncDecl) bool { return f.Name.Name == name })
		}
		for _, f := range its {
			if !has("draw") || !strings.HasPrefix(f.Name.Name, "on") {
				continue
			}
			handlers++
			ast.Inspect(f.Body, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok || s.Sel.Name == "Model" || has(s.Sel.Name) {
					return true
				}
				if of, ok := s.X.(*ast.Ident); ok && of.Name == f.Recv.List[0].Names[0].Name {
					t.Errorf("%s.%s uses %s as the panel was first drawn with it: take it from the model", panel, f.Name.Name, s.Sel.Name)
				}
				return true
			})
		}
	}
	if handlers < 20 {
		t.Errorf("got %d handlers; want all, at least 20", handlers)
	}
}

func selects(x ast.Expr, name string) bool {
	s, ok := x.(*ast.SelectorExpr)
	return ok && s.Sel.Name == name
}
