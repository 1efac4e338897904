{{/* What makes the library's pod the webapp's. */}}

{{- define "service.kind" -}}Deployment{{- end }}
{{- define "service.strategy" -}}{{ include "library.rollingUpdate" . }}{{- end }}
{{- define "service.args" -}}{{- end }}
{{- define "service.initContainers" -}}{{- end }}

{{- define "service.env" -}}
- name: ARGOSY_LISTEN
  value: 0.0.0.0:8443
- name: ARGOSY_TLS_CERTIFICATE
  value: /run/argosy/tls/tls.crt
- name: ARGOSY_TLS_KEY
  value: /run/argosy/tls/tls.key
{{ include "library.apiEnv" . }}
{{- end }}

{{- define "service.ports" -}}
- name: https
  containerPort: 8443
{{- end }}

{{- define "service.mounts" -}}
{{ include "library.secretMount" "tls" }}
{{- if .Values.api.caSecret }}
{{ include "library.secretMount" "api" }}
{{- end }}
{{- end }}

{{- define "service.volumes" -}}
{{ include "library.secretVolume" (dict "name" "tls" "secret" .Values.tls.secret "keys" (list "tls.crt" "tls.key")) }}
{{- with .Values.api.caSecret }}
{{ include "library.secretVolume" (dict "name" "api" "secret" . "keys" (list "ca.crt")) }}
{{- end }}
{{- end }}

{{- define "service.ingress" -}}
- from:
    - {{ include "library.peer" "probe" | nindent 6 | trim }}
    {{- with .Values.networkPolicy.from }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - port: 8443
{{- end }}

{{- define "service.egress" -}}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.api "port" .Values.api.port) }}
{{- end }}
