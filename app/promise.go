package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// await calls done on the page's thread when a promise is settled; ok is false if it was rejected.
func await(promise app.Value, done func(value app.Value, ok bool)) {
	var resolved, rejected app.Func
	settle := func(ok bool) func(app.Value, []app.Value) any {
		return func(_ app.Value, args []app.Value) any {
			resolved.Release()
			rejected.Release()
			var value app.Value
			if len(args) > 0 {
				value = args[0]
			}
			done(value, ok)
			return nil
		}
	}
	resolved, rejected = app.FuncOf(settle(true)), app.FuncOf(settle(false))
	promise.Call("then", resolved, rejected)
}
