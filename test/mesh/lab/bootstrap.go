package main

import "fmt"

type dict = map[string]any

// bootstrap is the static part of a proxy's configuration; everything else comes from istiod.
func (w *Workload) bootstrap(s *Scenario) dict {
	ads := dict{"ads": dict{}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
	b := dict{
		"node": dict{
			"id":      fmt.Sprintf("%s~%s~%s.%s~%s.svc.cluster.local", w.role(), w.ip, w.Name, w.Namespace, w.Namespace),
			"cluster": w.Name + "." + w.Namespace,
			"metadata": dict{
				"NAMESPACE": w.Namespace, "NAME": w.Name, "LABELS": w.Labels, "INSTANCE_IPS": w.ip, "SERVICE_ACCOUNT": w.ServiceAccount,
				"CLUSTER_ID": "Kubernetes", "MESH_ID": "cluster.local", "ISTIO_VERSION": istioVersion, "INTERCEPTION_MODE": "REDIRECT",
			},
		},
		"admin": dict{"address": socket("0.0.0.0", adminPort)}, // localhost is where applications find it, and the lab asks from outside
		"dynamic_resources": dict{
			"ads_config": dict{
				"api_type": "GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": true,
				"grpc_services": []dict{{"envoy_grpc": dict{"cluster_name": "xds-grpc"}}},
			},
			"lds_config": ads, "cds_config": ads,
		},
		// the names by which istiod's configuration speaks of itself and of the pod's agent
		"static_resources": dict{"clusters": []dict{grpcCluster("xds-grpc", istiodIP, xdsPort), grpcCluster("sds-grpc", agentIP, agentPort)}},
		"layered_runtime": dict{"layers": []dict{{"name": "static", "static_layer": dict{
			"overload.global_downstream_max_connections": 10000, "re2.max_program_size.error_level": 32768,
		}}}},
	}
	metadata := b["node"].(dict)["metadata"].(dict)
	if w.config != nil {
		metadata["PROXY_CONFIG"] = w.config
	}
	if s.ambient() {
		const internal = "envoy.bootstrap.internal_listener"
		// HBONE passes between listeners inside one Envoy
		b["bootstrap_extensions"] = []dict{{"name": internal, "typed_config": dict{
			"@type": "type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
		}}}
		metadata["ENABLE_HBONE"] = "true"
	}
	return b
}

func grpcCluster(name, ip string, port int) dict {
	const h = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
	return dict{
		"name": name, "type": "STATIC", "connect_timeout": "1s",
		"typed_extension_protocol_options": dict{h: dict{
			"@type": "type.googleapis.com/" + h, "explicit_http_config": dict{"http2_protocol_options": dict{}},
		}},
		"load_assignment": dict{"cluster_name": name, "endpoints": []dict{{"lb_endpoints": []dict{{"endpoint": dict{"address": socket(ip, port)}}}}}},
	}
}

func socket(ip string, port int) dict {
	return dict{"socket_address": dict{"address": ip, "port_value": port}}
}
