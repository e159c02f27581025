package verify_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// setting is a line of a README's table of settings, which is generated from the
// service's config struct.
type setting struct{ required bool }

var settingLine = regexp.MustCompile("(?m)^\\| `([A-Z0-9_]+)` \\|([^|]*)\\|")

// settingsOf is what a service reads.
func settingsOf(t *testing.T, service string) map[string]setting {
	t.Helper()
	text, err := os.ReadFile("../../services/" + service + "/README.md")
	require.NoError(t, err)
	settings := map[string]setting{}
	for _, match := range settingLine.FindAllStringSubmatch(string(text), -1) {
		settings[match[1]] = setting{required: strings.Contains(match[2], "required")}
	}
	require.NotEmpty(t, settings)
	return settings
}

// runtimeVariables are read by Go itself.
var runtimeVariables = map[string]bool{"GOMEMLIMIT": true}

func TestEveryVariableThatAServiceNeedsIsSet(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		env := environmentOf(pod.template.Spec.Containers[0])
		for name, s := range settingsOf(t, pod.service()) {
			if s.required {
				require.Contains(t, env, name, "%s %s", pod.kind, pod.name)
			}
		}
		require.Contains(t, env, "INTERNAL_TOKEN", "the fleet's own calls need it")
	}
}

func TestEveryVariableThatIsSetIsKnown(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		container := pod.template.Spec.Containers[0]
		known := settingsOf(t, pod.service())
		require.Len(t, environmentOf(container), len(container.Env), "%s sets a variable twice", pod.name)
		for _, variable := range container.Env {
			_, found := known[variable.Name]
			require.True(t, found || runtimeVariables[variable.Name], "%s sets %s, which %s does not read", pod.name, variable.Name, pod.service())
		}
	}
}

func TestSecretsComeFromSecretsAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(_DSN|_KEK|_KEK_PREVIOUS|_PASSWORD|_TOKEN|_URI|CURSOR_KEY)$`)
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		for _, variable := range pod.template.Spec.Containers[0].Env {
			from := variable.ValueFrom != nil && variable.ValueFrom.SecretKeyRef != nil
			require.Equal(t, secret.MatchString(variable.Name), from, "%s %s", pod.name, variable.Name)
		}
	}
}

func TestConfigMapsHaveTheKeysThatAreAskedOfThem(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	used := map[string]bool{}
	for _, pod := range podsOf(objects) {
		for _, variable := range pod.template.Spec.Containers[0].Env {
			if variable.ValueFrom != nil && variable.ValueFrom.ConfigMapKeyRef != nil {
				ref := variable.ValueFrom.ConfigMapKeyRef
				require.Contains(t, named[corev1.ConfigMap](t, objects, ref.Name).Data, ref.Key, pod.name)
				used[ref.Name] = true
			}
		}
	}
	for _, name := range []string{"kafka-config", "redis-config", "mongodb-config"} {
		require.True(t, used[name], name)
	}
	// mysql-config tells the installer where to make accounts
	require.Contains(t, named[corev1.ConfigMap](t, objects, "mysql-config").Data, "MYSQL_HOST")
}

func TestAMigrationSaysWhatTheConfigMapsWillSay(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	for _, pod := range podsOf(objects) {
		if pod.kind != "Job" {
			continue
		}
		for _, variable := range pod.template.Spec.Containers[0].Env {
			// hooks run before the release's ConfigMaps are there
			require.True(t, variable.ValueFrom == nil || variable.ValueFrom.ConfigMapKeyRef == nil, "%s %s", pod.name, variable.Name)
			if variable.Name == "KAFKA_BOOTSTRAP_SERVERS" {
				require.Equal(t, named[corev1.ConfigMap](t, objects, "kafka-config").Data[variable.Name], variable.Value)
			}
		}
	}
}

func TestOnlyMigrationsMayChangeTheSchema(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		_, has := environmentOf(pod.template.Spec.Containers[0])["MYSQL_MIGRATE_DSN"]
		mysql := pod.service() == "member" || pod.service() == "content"
		require.Equal(t, pod.kind == "Job" && mysql, has, pod.name)
	}
}

func TestServicesAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	objects := rendered(t, fleet, values{})
	calls := readTables(t).Calls
	for _, pod := range podsOf(objects) {
		var called []string
		for _, variable := range pod.template.Spec.Containers[0].Env {
			if !strings.HasSuffix(variable.Name, "_URL") {
				continue
			}
			host := strings.TrimSuffix(strings.TrimPrefix(variable.Value, "http://"), ":8080")
			named[corev1.Service](t, objects, host)
			require.Equal(t, strings.ToLower(strings.TrimSuffix(variable.Name, "_URL")), strings.TrimPrefix(host, "dailyfeed-"))
			called = append(called, strings.TrimPrefix(host, "dailyfeed-"))
		}
		require.ElementsMatch(t, calls[pod.service()], called, pod.name)
	}
}

func TestUploadsHaveAPlaceOnDisk(t *testing.T) {
	t.Parallel()
	for _, pod := range podsOf(rendered(t, fleet, values{})) {
		if pod.service() != "image" {
			continue
		}
		container := pod.template.Spec.Containers[0]
		folder := environmentOf(container)["IMAGE_SPOOL_FOLDER"].Value
		for _, mount := range container.VolumeMounts {
			if mount.MountPath == folder {
				for _, volume := range pod.template.Spec.Volumes {
					if volume.Name == mount.Name {
						require.Equal(t, corev1.StorageMediumDefault, volume.EmptyDir.Medium)
						folder = ""
					}
				}
			}
		}
		require.Empty(t, folder, "%s has no volume for uploads", pod.name)
	}
}
