{{/* All that a release says for every service, over the defaults. As JSON. */}}
{{- define "library.global" -}}
{{- $library := .Values.library | default dict -}}
{{- mergeOverwrite (deepCopy ($library.defaults | default dict)) (deepCopy (.Values.global | default dict)) | toJson -}}
{{- end -}}

{{- define "library.name" -}}
dailyfeed-{{ .Chart.Name }}
{{- end -}}

{{/* What selects the pods of a component: server, job or migrate. */}}
{{- define "library.selector" -}}
app: dailyfeed-{{ .root.Chart.Name }}{{ if ne .component "server" }}-{{ .component }}{{ end }}
app.kubernetes.io/name: dailyfeed-{{ .root.Chart.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The labels of an object that belongs to a component. */}}
{{- define "library.labels" -}}
{{ include "library.selector" . }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: dailyfeed
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ include "library.tag" .root | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
version: {{ .version | default "v1" }}
{{- end -}}

{{- define "library.tag" -}}
{{- $global := include "library.global" . | fromJson -}}
{{- .Values.tag | default $global.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{/* GOMEMLIMIT: nine tenths of the limit, which must be in Mi. */}}
{{- define "library.memoryLimit" -}}
{{- if not (hasSuffix "Mi" .) }}{{ fail (printf "limits.memory must be in Mi, not %q" .) }}{{ end -}}
{{- div (mul (trimSuffix "Mi" . | int) 9) 10 -}}MiB
{{- end -}}
