{{/* `helm test` publishes a reading as a device that it registers, and reads it back from the API. */}}

{{- define "test.env" -}}
- name: ARGOSY_FLEET
  value: {{ .Values.test.fleet | quote }}
- name: ARGOSY_MQTT_URL
  value: {{ .Values.test.mqtt.url | quote }}
- name: ARGOSY_MQTT_CA
  value: /run/argosy/mqtt/ca.crt
{{ include "library.apiEnv" . }}
- name: ARGOSY_API_TOKEN_FILE
  value: /run/argosy/token/{{ .Values.test.tokenKey }}
{{- end }}

{{- define "test.mounts" -}}
{{ include "library.secretMount" "mqtt" }}
{{- if .Values.api.caSecret }}
{{ include "library.secretMount" "api" }}
{{- end }}
{{ include "library.secretMount" "token" }}
{{- end }}

{{- define "test.volumes" -}}
{{ include "library.secretVolume" (dict "name" "mqtt" "secret" .Values.mqtt.secret "keys" (list "ca.crt")) }}
{{- with .Values.api.caSecret }}
{{ include "library.secretVolume" (dict "name" "api" "secret" . "keys" (list "ca.crt")) }}
{{- end }}
{{ include "library.secretVolume" (dict "name" "token" "secret" .Values.test.tokenSecret "keys" (list .Values.test.tokenKey)) }}
{{- end }}

{{- define "test.egress" -}}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.broker "port" .Values.test.mqtt.port) }}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.api "port" .Values.api.port) }}
{{- end }}
