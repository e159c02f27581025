{{/* What changes the owner's tables or indexes, before the rollout. */}}
{{- define "library.migration" -}}
{{- $context := dict "root" . "component" "migrate" "args" (list "migrate") "inline" true "account" "default" "extra" .Values.migrateEnvironment -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "library.name" . }}-migrate
  labels:
    {{- include "library.labels" $context | nindent 4 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    # one that failed stays, to be looked at, until the next try
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 4
  activeDeadlineSeconds: {{ .Values.migrateDeadlineSeconds | default 600 }}
  ttlSecondsAfterFinished: 86400
  template:
    {{- include "library.pod" $context | nindent 4 }}
{{- end -}}

{{/* A subcommand at its times: root, job. */}}
{{- define "library.cronJob" -}}
{{- $context := dict "root" .root "component" "job" "args" .job.args "sidecar" .job.sidecar -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "library.name" .root }}-{{ first .job.args }}
  labels:
    {{- include "library.labels" $context | nindent 4 }}
spec:
  schedule: {{ .job.schedule | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 120
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ .job.activeDeadlineSeconds }}
      ttlSecondsAfterFinished: {{ .job.ttlSecondsAfterFinished }}
      template:
        {{- include "library.pod" $context | nindent 8 }}
{{- end -}}
