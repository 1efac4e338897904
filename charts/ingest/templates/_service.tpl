{{/* What makes the library's pod ingest's. */}}

{{- define "service.kind" -}}StatefulSet{{- end }}
{{- define "service.args" -}}{{- end }}
{{- define "service.ports" -}}{{- end }}
{{- define "service.initContainers" -}}{{- end }}
{{- define "service.ingress" -}}{{- end }}

{{- define "service.env" -}}
{{- /* The broker keeps a session by its name, and a StatefulSet's pod has the same name when it comes again. */}}
- name: ARGOSY_INGEST_CLIENT_ID
  valueFrom:
    fieldRef:
      apiVersion: v1
      fieldPath: metadata.name
- name: ARGOSY_INGEST_REPLICAS_THAT_STAY
  value: {{ int .Values.replicasThatStay | quote }}
- name: ARGOSY_MQTT_URL
  value: {{ .Values.mqtt.url | quote }}
- name: ARGOSY_MQTT_CA
  value: /run/argosy/mqtt/ca.crt
{{- if .Values.mqtt.username }}
- name: ARGOSY_MQTT_USERNAME
  value: {{ .Values.mqtt.username | quote }}
- name: ARGOSY_MQTT_PASSWORD_FILE
  value: /run/argosy/mqtt/password
{{- else }}
- name: ARGOSY_MQTT_CERTIFICATE
  value: /run/argosy/mqtt/tls.crt
- name: ARGOSY_MQTT_KEY
  value: /run/argosy/mqtt/tls.key
{{- end }}
{{ include "library.apiEnv" . }}
- name: ARGOSY_API_TOKEN_FILE
  value: /run/argosy/token/token
{{- end }}

{{- define "service.mounts" -}}
{{ include "library.secretMount" "mqtt" }}
{{- if .Values.api.caSecret }}
{{ include "library.secretMount" "api" }}
{{- end }}
{{ include "library.secretMount" "token" }}
{{- end }}

{{- define "service.volumes" -}}
{{ include "library.secretVolume" (dict "name" "mqtt" "secret" .Values.mqtt.secret) }}
{{- with .Values.api.caSecret }}
{{ include "library.secretVolume" (dict "name" "api" "secret" . "keys" (list "ca.crt")) }}
{{- end }}
{{ include "library.secretVolume" (dict "name" "token" "secret" .Values.api.tokenSecret "keys" (list "token")) }}
{{- end }}

{{- define "service.egress" -}}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.broker "port" .Values.mqtt.port) }}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.api "port" .Values.api.port) }}
{{- end }}
