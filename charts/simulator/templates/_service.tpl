{{/* What makes the library's pod the simulator's. */}}

{{- define "service.kind" -}}Deployment{{- end }}

{{/* Two at once would be the same devices twice, and the broker would throw out the one for the other. */}}
{{- define "service.strategy" -}}
type: Recreate
{{- end }}

{{- define "service.ports" -}}{{- end }}
{{- define "service.initContainers" -}}{{- end }}
{{- define "service.ingress" -}}{{- end }}

{{- define "service.args" -}}
- run
- --grace={{ int .Values.drainSeconds }}s
{{- end }}

{{- define "service.env" -}}
- name: ARGOSY_FLEET
  value: {{ .Values.fleet.name | quote }}
- name: ARGOSY_SIMULATOR_DEVICES
  value: {{ int .Values.fleet.devices | quote }}
- name: ARGOSY_SIMULATOR_RATE
  value: {{ .Values.fleet.rate | quote }}
- name: ARGOSY_SIMULATOR_PROFILE
  value: {{ .Values.fleet.profile }}
- name: ARGOSY_SIMULATOR_SEED
  value: {{ int64 .Values.fleet.seed | quote }}
- name: ARGOSY_SIMULATOR_STATE
  value: /var/lib/argosy
- name: ARGOSY_SIMULATOR_UNTIL_RECEIPT
  value: {{ .Values.fleet.untilReceipt | quote }}
- name: ARGOSY_MQTT_URL
  value: {{ .Values.mqtt.url | quote }}
{{- if .Values.mqtt.caSecret }}
- name: ARGOSY_MQTT_CA
  value: /run/argosy/mqtt/ca.crt
{{- end }}
{{ include "library.apiEnv" . }}
- name: ARGOSY_API_TOKEN_FILE
  value: /run/argosy/token/token
{{- end }}

{{- define "service.mounts" -}}
{{- if .Values.mqtt.caSecret }}
{{ include "library.secretMount" "mqtt" }}
{{- end }}
{{- if .Values.api.caSecret }}
{{ include "library.secretMount" "api" }}
{{- end }}
{{ include "library.secretMount" "token" }}
- name: state
  mountPath: /var/lib/argosy
{{- end }}

{{- define "service.volumes" -}}
{{- with .Values.mqtt.caSecret }}
{{ include "library.secretVolume" (dict "name" "mqtt" "secret" . "keys" (list "ca.crt")) }}
{{- end }}
{{- with .Values.api.caSecret }}
{{ include "library.secretVolume" (dict "name" "api" "secret" . "keys" (list "ca.crt")) }}
{{- end }}
{{ include "library.secretVolume" (dict "name" "token" "secret" .Values.api.tokenSecret "keys" (list "token")) }}
# Certificates of the devices; those that are lost are issued anew.
- name: state
  emptyDir: {}
{{- end }}

{{- define "service.egress" -}}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.broker "port" .Values.mqtt.port) }}
{{ include "library.egressTo" (dict "peers" .Values.networkPolicy.api "port" .Values.api.port) }}
{{- end }}
