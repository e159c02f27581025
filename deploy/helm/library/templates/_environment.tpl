{{/*
The environment of a service, a variable once. Later ones win: what all take, what
the service needs, its settings, what the release adds.
inline: take what ConfigMaps say as it is, for hooks that run before there are any.
*/}}
{{- define "library.environment" -}}
{{- $root := .root -}}
{{- $inline := .inline -}}
{{- $global := include "library.global" $root | fromJson -}}
{{- $all := dict "GOMEMLIMIT" (dict "value" (include "library.memoryLimit" $root.Values.resources.limits.memory)) -}}
{{- range $name, $value := merge (dict) ($root.Values.settings | default dict) $global.settings -}}
{{- if not (has $name ($root.Values.unread | default list)) -}}
{{- $_ := set $all $name (dict "value" $value) -}}
{{- end -}}
{{- end -}}
{{- range $name, $source := merge (dict) (.extra | default dict) $root.Values.environment -}}
{{- $_ := set $all $name $source -}}
{{- end -}}
{{- range $name := keys $all | sortAlpha }}
{{- $source := get $all $name }}
- name: {{ $name }}
{{- if $source.secret }}
  valueFrom: {secretKeyRef: {name: {{ $source.secret }}, key: {{ $source.key }}}}
{{- else if $source.service }}
  value: http://dailyfeed-{{ $source.service }}:8080
{{- else if and $source.config $inline }}
  value: {{ get (get $global.config $source.config) $name | toString | quote }}
{{- else if $source.config }}
  valueFrom: {configMapKeyRef: {name: {{ $source.config }}, key: {{ $name }}}}
{{- else }}
  value: {{ $source.value | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}
