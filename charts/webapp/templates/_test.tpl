{{/* `helm test` asks for the page where people sign in. */}}

{{- define "test.env" -}}
- name: ARGOSY_WEBAPP_URL
  value: https://{{ include "library.name" . }}
- name: ARGOSY_API_CA
  value: /run/argosy/webapp/ca.crt
{{- end }}

{{- define "test.mounts" -}}
{{ include "library.secretMount" "webapp" }}
{{- end }}

{{- define "test.volumes" -}}
{{ include "library.secretVolume" (dict "name" "webapp" "secret" .Values.tls.secret "keys" (list "ca.crt")) }}
{{- end }}

{{- define "test.egress" -}}
{{ include "library.egressTo" (dict "peers" (list (include "library.peer" "webapp" | fromYaml)) "port" 8443) }}
{{- end }}
