{{/* The job that prepares the database: `migrate`, and with bootstrap.enabled `bootstrap` after it. */}}

{{/*
One job, three who run it: Helm before anything else, Argo CD in its wave before the api, Flux at once, anew when it changes. It is replaced
when it runs again, and stays until then, so that its log can be read.
*/}}
{{- define "api.jobMetadata" -}}
name: {{ include "library.name" . }}-migrate
labels:
  {{- include "api.jobLabels" . | nindent 2 }}
annotations:
  {{- $own := dict
      "helm.sh/hook" "pre-install,pre-upgrade"
      "helm.sh/hook-delete-policy" "before-hook-creation"
      "argocd.argoproj.io/hook" "Sync"
      "argocd.argoproj.io/hook-delete-policy" "BeforeHookCreation"
      "argocd.argoproj.io/sync-wave" "-1"
      "kustomize.toolkit.fluxcd.io/force" "enabled" }}
  {{- merge $own .Values.annotations | toYaml | nindent 2 }}
{{- end }}

{{/* The name lets it through to the database; the component keeps it from being taken for the service. */}}
{{- define "api.jobLabels" -}}
{{ include "library.identity" . }}
app.kubernetes.io/component: migrate
app.kubernetes.io/part-of: argosy
{{- end }}

{{/* What programs that run once take, and besides what is given. */}}
{{- define "api.onceEnv" -}}
env:
  {{- $env := printf "%s\n%s\n%s" (include "library.logEnv" .root) (include "api.databaseEnv" .root) (.env | trim) }}
  {{- include "library.env" (dict "root" .root "env" $env) | trim | nindent 2 }}
{{- end }}

{{- define "api.onceResources" -}}
resources:
  requests:
    cpu: 20m
    memory: 64Mi
  limits:
    memory: 256Mi
{{- end }}

{{/* For so many seconds PostgreSQL, or the schema, may be missing. */}}
{{- define "api.waitEnv" -}}
- name: ARGOSY_SCHEMA_WAIT_SECONDS
  value: {{ . | quote }}
{{- end }}

{{- define "api.migrate" -}}
name: migrate
{{ include "library.container" . }}
args:
  - migrate
{{ include "api.onceEnv" (dict "root" . "env" (include "api.waitEnv" 300)) }}
{{ include "api.onceResources" . }}
volumeMounts:
  {{- include "library.secretMount" "secrets" | nindent 2 }}
{{- end }}

{{- define "api.bootstrap" -}}
name: bootstrap
{{ include "library.container" . }}
args:
  - bootstrap
  - --fleet={{ .Values.bootstrap.fleet }}
  - --admin-email={{ .Values.bootstrap.adminEmail }}
  - --admin-password-file=/run/argosy/bootstrap/admin-password
  - --token-file=/run/argosy/bootstrap/admin-token
  {{- range .Values.bootstrap.tokens }}
  - --token={{ .name }}:{{ join "," .scopes }}:/run/argosy/token-{{ .name }}/token
  {{- end }}
{{ include "api.onceEnv" (dict "root" . "env" (include "api.sealEnv" .)) }}
{{ include "api.onceResources" . }}
volumeMounts:
  {{- include "library.secretMount" "secrets" | nindent 2 }}
  {{- include "library.secretMount" "bootstrap" | nindent 2 }}
  {{- range .Values.bootstrap.tokens }}
  {{- include "library.secretMount" (printf "token-%s" .name) | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "api.jobVolumes" -}}
{{ include "library.secretVolume" (dict "name" "secrets" "secret" .Values.secret) }}
{{- if .Values.bootstrap.enabled }}
{{ include "library.secretVolume" (dict "name" "bootstrap" "secret" .Values.bootstrap.secret "keys" (list "admin-password" "admin-token")) }}
{{- range .Values.bootstrap.tokens }}
{{ include "library.secretVolume" (dict "name" (printf "token-%s" .name) "secret" .secret "keys" (list "token")) }}
{{- end }}
{{- end }}
{{- end }}
