// Package envtable writes the table of environment variables in a service's
// README from the struct that reads them.
package envtable

import (
	"go/ast"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Variable is one setting.
type Variable struct {
	Name string
	// Default is what an unset variable means; "" is nothing.
	Default  string
	Required bool
	Secret   bool
	// Meaning is the field's comment on one line.
	Meaning string
}

// variableOf reads a field with an env tag; false for other fields.
func variableOf(field *ast.Field, prefix string) (Variable, bool) {
	tag := tagOf(field)
	value, ok := tag.Lookup("env")
	if !ok || value == "" || value == "-" {
		return Variable{}, false
	}
	words := strings.Split(value, ",")
	if words[0] == "" {
		return Variable{}, false
	}
	v := Variable{Name: prefix + words[0], Default: tag.Get("envDefault"), Meaning: meaningOf(field)}
	for _, option := range words[1:] {
		if option == "required" || option == "notEmpty" {
			v.Required = true
		}
	}
	_, name := typeName(field.Type)
	v.Secret = name == "Secret"
	return v, true
}

func tagOf(field *ast.Field) reflect.StructTag {
	if field.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(field.Tag.Value, "`"))
}

// meaningOf is the field's comment, without the Go name that it begins with:
// "Port of the listener" stays, "DSN is how to reach it" becomes "How to reach it".
func meaningOf(field *ast.Field) string {
	group := field.Doc
	if group == nil {
		group = field.Comment
	}
	if group == nil {
		return ""
	}
	text := strings.Join(strings.Fields(group.Text()), " ")
	if len(field.Names) == 1 {
		text = withoutName(text, field.Names[0].Name)
	}
	return upperFirst(strings.TrimSuffix(text, "."))
}

func withoutName(text, name string) string {
	rest, ok := strings.CutPrefix(text, name+" ")
	if !ok {
		return text
	}
	for _, verb := range []string{"is ", "are "} {
		if predicate, ok := strings.CutPrefix(rest, verb); ok {
			return predicate
		}
	}
	if strings.HasPrefix(rest, "of ") || strings.HasPrefix(rest, "for ") {
		return text
	}
	return rest
}

func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// typeName takes the package and the name out of a type such as *process.Secret;
// both are "" for types that are not names.
func typeName(expression ast.Expr) (pkg, name string) {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.Ident:
		return "", e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name, e.Sel.Name
		}
	}
	return "", ""
}
