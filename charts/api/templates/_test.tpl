{{/* `helm test` stores a reading and reads it back. */}}

{{- define "test.env" -}}
- name: ARGOSY_FLEET
  value: {{ .Values.test.fleet | quote }}
- name: ARGOSY_API_URL
  value: https://{{ include "library.name" . }}
- name: ARGOSY_API_CA
  value: /run/argosy/api/ca.crt
- name: ARGOSY_API_TOKEN_FILE
  value: /run/argosy/token/{{ .Values.test.tokenKey }}
{{- end }}

{{- define "test.mounts" -}}
{{ include "library.secretMount" "api" }}
{{ include "library.secretMount" "token" }}
{{- end }}

{{- define "test.volumes" -}}
{{ include "library.secretVolume" (dict "name" "api" "secret" .Values.tls.secret "keys" (list "ca.crt")) }}
{{ include "library.secretVolume" (dict "name" "token" "secret" .Values.test.tokenSecret "keys" (list .Values.test.tokenKey)) }}
{{- end }}

{{- define "test.egress" -}}
{{ include "library.egressTo" (dict "peers" (list (include "library.peer" "api" | fromYaml)) "port" 8444) }}
{{- end }}
