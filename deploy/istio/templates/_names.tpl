{{- define "istio.labels" -}}
{app: dailyfeed-{{ .name }}, app.kubernetes.io/name: dailyfeed-{{ .name }}, app.kubernetes.io/part-of: dailyfeed, app.kubernetes.io/instance: {{ .root.Release.Name }}, app.kubernetes.io/managed-by: {{ .root.Release.Service }}}
{{- end -}}

{{/* How a request goes on to a service: root, name. The same from a sidecar and from the ingress. */}}
{{- define "istio.route" -}}
{{- $route := (get .root.Values.services .name).route -}}
{{- $canary := get .root.Values.canary .name | default 0 | int -}}
route:
  - destination: {host: dailyfeed-{{ .name }}, subset: v1, port: {number: 8080}}
    {{- if $canary }}
    weight: {{ sub 100 $canary }}
  - destination: {host: dailyfeed-{{ .name }}, subset: v2, port: {number: 8080}}
    weight: {{ $canary }}
    {{- end }}
timeout: {{ $route.timeout }}
retries:
  attempts: {{ $route.attempts }}
  perTryTimeout: {{ $route.perTryTimeout }}
  retryOn: {{ get .root.Values.retryOn $route.retryOn }}
  retryRemoteLocalities: true
{{- end -}}

{{/* Which service serves which first word of /api. */}}
{{- define "istio.api" -}}
authentication: member
members: member
token: member
posts: content
comments: content
timeline: timeline
search: search
images: image
activity: activity
member-activities: activity
{{- end -}}
