// Renders a template as Argo's notifications engine does, with text/template and sprig: render.go JSON <TEMPLATE
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/template"

	"github.com/Masterminds/sprig"
)

func main() {
	var known map[string]interface{}
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal([]byte(os.Args[1]), &known)
	}
	if err == nil {
		functions := sprig.GenericFuncMap()
		for _, name := range []string{"env", "expandenv", "getHostByName"} {
			delete(functions, name)
		}
		var made *template.Template
		made, err = template.New("shiplog").Funcs(functions).Parse(string(text))
		if err == nil {
			err = made.Execute(os.Stdout, known)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
