{{/* Who may talk to whom, and how others find a service. */}}

{{/* What others call, and what metrics are read from; without an address of its own where nobody calls. */}}
{{- define "library.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  {{- if not (include "service.ports" . | trim) }}
  clusterIP: None
  {{- end }}
  selector:
    {{- include "library.selector" . | nindent 4 }}
  ports:
    {{- if include "service.ports" . | trim }}
    - name: https
      port: 443
      targetPort: https
      appProtocol: https
    {{- end }}
    - name: admin
      port: 9464
      targetPort: admin
{{- end }}

{{/* Nothing in and nothing out, but for what is named here. Charts give their own in service.ingress and service.egress. */}}
{{- define "library.networkPolicy" -}}
{{- if .Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- /* Where everything else is denied, a job that runs before the service needs this before it runs. */}}
  {{- include "library.annotated" (dict "root" . "annotations" (dict "argocd.argoproj.io/sync-wave" "-4")) | nindent 2 }}
spec:
  # The service's pods and its jobs'.
  podSelector:
    matchLabels:
      {{- include "library.identity" . | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  {{- $ingress := include "service.ingress" . | trim }}
  ingress:
    {{- if not (or $ingress .Values.networkPolicy.metricsFrom) }} []{{ end }}
    {{- with $ingress }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .Values.networkPolicy.metricsFrom }}
    - from:
        {{- toYaml . | nindent 8 }}
      ports:
        - port: 9464
    {{- end }}
  egress:
    {{- include "library.egressToDns" . | nindent 4 }}
    {{- with include "service.egress" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .Values.networkPolicy.egress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end }}

{{- define "library.egressToDns" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{/* To peers of the values, at a port of their pods. No peers are no rule, since an empty list would mean everybody. */}}
{{- define "library.egressTo" -}}
{{- if .peers -}}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports:
    - port: {{ int .port }}
{{- end -}}
{{- end }}

{{/* Pods of another of Argosy's services, in the same namespace. */}}
{{- define "library.peer" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ . }}
{{- end }}

{{/* Needs the Gateway API. */}}
{{- define "library.route" -}}
{{- if .Values.route.enabled -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  # Defaults are written out, so that no reconciler takes what the cluster adds for a difference.
  parentRefs:
    {{- range .Values.route.parentRefs }}
    - {{ merge (deepCopy .) (dict "group" "gateway.networking.k8s.io" "kind" "Gateway") | toYaml | nindent 6 | trim }}
    {{- end }}
  {{- with .Values.route.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /
      backendRefs:
        - group: ""
          kind: Service
          name: {{ include "library.name" . }}
          port: 443
          weight: 1
      {{- with .Values.route.timeouts }}
      timeouts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}
{{- end }}

{{/* The service speaks HTTPS alone, so a gateway must too, and must know whom to believe. */}}
{{- define "library.backendTls" -}}
{{- if and .Values.route.enabled .Values.route.backendTLS.enabled -}}
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata:
  {{- include "library.metadata" . | nindent 2 }}
spec:
  targetRefs:
    - group: ""
      kind: Service
      name: {{ include "library.name" . }}
      sectionName: https
  validation:
    hostname: {{ .Values.route.backendTLS.hostname | default (include "library.name" .) }}
    caCertificateRefs:
      {{- toYaml .Values.route.backendTLS.caCertificateRefs | nindent 6 }}
{{- end -}}
{{- end }}

{{/* Needs the Prometheus operator. */}}
{{- define "library.serviceMonitor" -}}
{{- if .Values.monitor.enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ include "library.name" . }}
  labels:
    {{- merge (include "library.labels" . | fromYaml) .Values.monitor.labels | toYaml | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  jobLabel: app.kubernetes.io/name
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
  endpoints:
    - port: admin
      path: /metrics
      interval: {{ .Values.monitor.interval }}
{{- end -}}
{{- end }}
