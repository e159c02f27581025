{{/* Every object of a service. */}}
{{- define "library.service" -}}
{{- $global := include "library.global" . | fromJson -}}
{{- $name := include "library.name" . -}}
{{- $server := dict "root" . "component" "server" "args" (list "serve") -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  labels:
    {{- include "library.labels" $server | nindent 4 }}
automountServiceAccountToken: false
---
{{- range $service := list $name (printf "%s-svc" $name) }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $service }}
  labels:
    {{- include "library.labels" $server | nindent 4 }}
spec:
  selector:
    {{- include "library.selector" $server | nindent 4 }}
  ports:
    # the mesh reads the protocol from the name
    - {name: http, port: 8080, targetPort: http, appProtocol: http}
    {{- if eq $service $name }}
    - {name: http-admin, port: 9080, targetPort: admin, appProtocol: http}
    {{- end }}
---
{{- end }}
{{ include "library.deployment" (merge (dict "name" $name "version" "v1") $server) }}
---
{{- if .Values.canary.enabled }}
{{ include "library.deployment" (merge (dict "name" (printf "%s-canary" $name) "version" "v2" "tag" .Values.canary.tag "replicas" .Values.canary.replicas) $server) }}
---
{{- end }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "library.labels" $server | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "library.selector" $server | nindent 6 }}
---
{{- if $global.networkPolicy.enabled }}
{{ include "library.networkPolicies" . }}
---
{{- end }}
{{- if .Values.migrate }}
{{ include "library.migration" . }}
---
{{- end }}
{{- range $job := .Values.jobs }}
{{ include "library.cronJob" (dict "root" $ "job" $job) }}
---
{{- end }}
{{- end -}}

{{/* A Deployment: root, name, version, and for a canary tag and replicas. */}}
{{- define "library.deployment" -}}
{{- $global := include "library.global" .root | fromJson -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  labels:
    {{- include "library.labels" . | nindent 4 }}
spec:
  {{- if .replicas }}
  replicas: {{ .replicas }}
  {{- else if not $global.autoscaling }}
  replicas: {{ .root.Values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  minReadySeconds: 2
  progressDeadlineSeconds: 300
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
      version: {{ .version }}
  template:
    {{- include "library.pod" . | nindent 4 }}
{{- end -}}
