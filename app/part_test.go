package main

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
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

func selects(x ast.Expr, name string) bool {
	s, ok := x.(*ast.SelectorExpr)
	return ok && s.Sel.Name == name
}
