{{/*
A pod's template: root, component, version, args, and for hooks inline, account and extra.
Everything that Pod Security's "restricted" asks for.
*/}}
{{- define "library.pod" -}}
{{- $global := include "library.global" .root | fromJson -}}
{{- $values := .root.Values -}}
{{- $server := eq .component "server" -}}
{{- $sidecar := and $global.mesh (or $server .sidecar) -}}
metadata:
  labels:
    {{- include "library.labels" . | nindent 4 }}
    sidecar.istio.io/inject: {{ $sidecar | quote }}
  annotations:
    checksum/config: {{ $global.config | toJson | sha256sum }}
    checksum/secrets: {{ $global.secretsChecksum | quote }}
    {{- if $sidecar }}
    # a request that comes early, or a step that ends late, still has its proxy: a
    # sidecar that is no native one would else end 5 s after SIGTERM
    proxy.istio.io/config: '{"holdApplicationUntilProxyStarts":true,"proxyMetadata":{"EXIT_ON_ZERO_ACTIVE_CONNECTIONS":"true"}}'
    {{- end }}
    {{- if $server }}
    prometheus.io/scrape: "true"
    prometheus.io/port: "9080"
    prometheus.io/path: /metrics
    {{- end }}
spec:
  serviceAccountName: {{ .account | default (include "library.name" .root) }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $global.image.pullSecrets }}
  imagePullSecrets: {{ toJson . }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  # preStop, SHUTDOWN_DELAY, what runs, and a little
  terminationGracePeriodSeconds: {{ if $server }}45{{ else }}30{{ end }}
  {{- if $server }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      # the pods of one rollout among themselves: those that go do not count
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "library.selector" $ | nindent 10 }}
    {{- end }}
  {{- else }}
  restartPolicy: Never
  {{- end }}
  containers:
    - name: {{ .root.Chart.Name }}
      image: {{ $global.image.registry }}/dailyfeed-{{ .root.Chart.Name }}-svc:{{ .tag | default (include "library.tag" .root) }}
      imagePullPolicy: {{ $global.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        {{- include "library.environment" . | nindent 8 }}
      resources: {{ toJson $values.resources }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      {{- if $server }}
      ports:
        - {name: http, containerPort: 8080}
        - {name: admin, containerPort: 9080}
      startupProbe:
        httpGet: {path: /healthcheck/startup, port: http}
        periodSeconds: 1
        timeoutSeconds: 3
        failureThreshold: 600
      livenessProbe:
        httpGet: {path: /healthcheck/live, port: http}
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /healthcheck/ready, port: http}
        periodSeconds: 2
        timeoutSeconds: 3
        failureThreshold: 2
      lifecycle:
        preStop:
          sleep: {seconds: {{ $values.preStopSeconds | default 3 }}}
      {{- end }}
      {{- with $values.volumes }}
      volumeMounts:
        {{- range . }}
        - {name: {{ .name }}, mountPath: {{ .path }}}
        {{- end }}
      {{- end }}
  {{- with $values.volumes }}
  volumes:
    {{- range . }}
    - name: {{ .name }}
      {{- if .claim }}
      persistentVolumeClaim: {claimName: {{ .claim }}}
      {{- else }}
      emptyDir: {sizeLimit: {{ .sizeLimit }}}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
