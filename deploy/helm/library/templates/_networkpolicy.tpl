{{/* Who may reach the service, and whom its pods may reach; the rest is denied for the namespace. */}}
{{- define "library.networkPolicies" -}}
{{- $policy := (include "library.global" . | fromJson).networkPolicy -}}
{{- $frontend := (include "library.global" . | fromJson).frontend.name -}}
{{- $name := include "library.name" . -}}
{{- $server := dict "root" . "component" "server" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}-ingress
  labels:
    {{- include "library.labels" $server | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "library.selector" $server | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - ports: [{port: 8080, protocol: TCP}]
      from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $policy.ingress.namespace }}}}
          podSelector: {matchLabels: {{ toJson $policy.ingress.podLabels }}}
        - podSelector: {matchLabels: {app: {{ $frontend }}}}
        {{- range .Values.callers }}
        - podSelector: {matchLabels: {app.kubernetes.io/name: dailyfeed-{{ . }}}}
        {{- end }}
    - ports: [{port: 9080, protocol: TCP}, {port: 15020, protocol: TCP}, {port: 15090, protocol: TCP}]
      from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $policy.monitoring.namespace }}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $name }}-egress
  labels:
    {{- include "library.labels" $server | nindent 4 }}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: {{ $name }}}}
  policyTypes: [Egress]
  egress:
    - ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
      to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
    {{- range .Values.calls }}
    - ports: [{port: 8080, protocol: TCP}]
      to:
        - podSelector: {matchLabels: {app: dailyfeed-{{ . }}}}
    {{- end }}
    {{- range $store := .Values.stores }}
    {{- $place := get $policy.stores $store }}
    - ports: [{port: {{ $place.port }}, protocol: TCP}]
      to:
        {{- if $place.cidr }}
        - ipBlock: {cidr: {{ $place.cidr }}}
        {{- else }}
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $policy.stores.namespace }}}}
          podSelector: {matchLabels: {app: {{ $store }}}}
        {{- end }}
    {{- end }}
    {{- if .Values.publicEgress }}
    - ports: [{port: 443, protocol: TCP}]
      to: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: "::/0"}}]
    {{- end }}
    {{- with $policy.traces.namespace }}
    - ports: [{port: {{ $policy.traces.port }}, protocol: TCP}]
      to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
    {{- end }}
    - ports: [{port: 15012, protocol: TCP}]
      to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $policy.meshNamespace }}}}
{{- end -}}
