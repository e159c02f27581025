package fleet

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
)

// Run shows the table and then the merged log until ctx ends; then it stops the
// fleet.
func (f *Fleet) Run(ctx context.Context) error {
	f.console.plain(f.table())
	f.console.goLive()
	<-ctx.Done()
	f.console.say("stopping")
	err := f.Stop()
	if err == nil {
		f.console.say("stopped")
	}
	return err
}

// table is what people need to know of a fleet that is ready.
func (f *Fleet) table() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nedge\t%s\tthe API under /api, and the frontend or a plain page\n", f.EdgeURL())
	for _, s := range f.services() {
		for _, r := range f.config.replicas(s) {
			fmt.Fprintf(table, "%s\t%s\t%s/docs · metrics on %d\n", r.id(), r.url(), r.url(), r.port+adminStep)
		}
	}
	for _, row := range [][2]string{
		{"mysql", maskPassword(f.stores.MySQL)},
		{"redis", f.stores.Redis},
		{"kafka", f.stores.Kafka},
		{"mongodb", f.stores.MongoDB},
	} {
		fmt.Fprintf(table, "%s\t%s\n", row[0], row[1])
	}
	fmt.Fprintf(table, "demo login\t%s\n", f.demoLogin())
	fmt.Fprintf(table, "data, logs\t%s\n", f.layout.local)
	_ = table.Flush() // a Builder does not fail
	fmt.Fprintf(&text, "\nready in %.1f s; Ctrl-C stops everything\n\n", f.Took().Seconds())
	return text.String()
}

// maskPassword hides the password of a DSN.
func maskPassword(dsn string) string {
	user, rest, found := strings.Cut(dsn, "@")
	name, _, hasPassword := strings.Cut(user, ":")
	if !found || !hasPassword {
		return dsn
	}
	return name + ":***@" + rest
}
