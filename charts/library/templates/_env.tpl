{{/* Environment variables. */}}

{{/* Those of a list in YAML but for what values.env sets, and then that: no name stands twice. */}}
{{- define "library.env" -}}
{{- $values := .root.Values.env }}
{{- range fromYamlArray .env }}
{{- if not (hasKey $values .name) }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- range $name, $value := $values }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* What every program takes. */}}
{{- define "library.logEnv" -}}
- name: ARGOSY_LOG
  value: {{ .Values.log | quote }}
- name: ARGOSY_LOG_FORMAT
  value: json
{{- with .Values.otlpEndpoint }}
- name: ARGOSY_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{/* What every service takes. */}}
{{- define "library.serviceEnv" -}}
{{ include "library.logEnv" . }}
- name: ARGOSY_ADMIN_LISTEN
  value: 0.0.0.0:9464
- name: ARGOSY_DRAIN_SECONDS
  value: {{ int .Values.drainSeconds | quote }}
{{- end }}

{{/* How to reach the API, and whom to believe that it is the API: the system's authorities where no Secret is named. */}}
{{- define "library.apiEnv" -}}
- name: ARGOSY_API_URL
  value: {{ .Values.api.url | quote }}
{{- if .Values.api.caSecret }}
- name: ARGOSY_API_CA
  value: /run/argosy/api/ca.crt
{{- end }}
{{- end }}
