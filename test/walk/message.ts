/** A message of Envoy's configuration: JSON with the names of its protocol. */
export type Message = Record<string, any>;

/** Something that may decide about a request, and that the walker does not know. */
export class NotConsidered extends Error {}

export function notConsidered(what: string): never {
  throw new NotConsidered(what);
}

/** Of each kind of message: the fields that the walker follows, and after the bar those that send no request elsewhere. */
const FIELDS: Readonly<Record<string, string>> = {
  Listener: 'name address filter_chains default_filter_chain listener_filters | access_log bind_to_port continue_on_listener_filters_timeout listener_filters_timeout max_connections_to_accept_per_socket_event traffic_direction use_original_dst transparent stat_prefix enable_reuse_port connection_balance_config per_connection_buffer_limit_bytes socket_options tcp_backlog_size metadata ignore_global_conn_limit freebind',
  FilterChain: 'filter_chain_match filters transport_socket metadata name | transport_socket_connect_timeout',
  FilterChainMatch: 'destination_port prefix_ranges server_names transport_protocol application_protocols |',
  DownstreamTlsContext: '@type common_tls_context require_client_certificate | disable_stateless_session_resumption session_timeout full_scan_certs_on_sni_mismatch',
  UpstreamTlsContext: '@type common_tls_context sni | max_session_keys allow_renegotiation',
  CommonTlsContext: 'alpn_protocols combined_validation_context validation_context validation_context_sds_secret_config tls_certificate_sds_secret_configs | tls_params key_log',
  ValidationContext: 'match_subject_alt_names match_typed_subject_alt_names | crl only_verify_leaf_cert_crl',
  TcpProxy: '@type cluster weighted_clusters | stat_prefix access_log idle_timeout hash_policy max_connect_attempts max_downstream_connection_duration',
  WeightedTcp: 'clusters |',
  WeightedTcpCluster: 'name weight |',
  HttpConnectionManager: '@type rds route_config http_filters forward_client_cert_details normalize_path merge_slashes use_remote_address xff_num_trusted_hops path_with_escaped_slashes_action | stat_prefix access_log access_log_options tracing http_protocol_options http2_protocol_options common_http_protocol_options server_name stream_idle_timeout request_timeout request_headers_timeout drain_timeout delayed_close_timeout proxy_100_continue request_id_extension set_current_client_cert_details upgrade_configs preserve_external_request_id always_set_request_id_in_response generate_request_id local_reply_config codec_type max_request_headers_kb early_header_mutation_extensions append_x_forwarded_port server_header_transformation skip_xff_append',
  RouteConfiguration: 'name virtual_hosts ignore_port_in_host_matching | validate_clusters max_direct_response_body_size_bytes most_specific_header_mutations_wins',
  VirtualHost: 'domains routes require_tls name typed_per_filter_config request_headers_to_add request_headers_to_remove | include_request_attempt_count include_attempt_count_in_response response_headers_to_add response_headers_to_remove retry_policy metadata',
  Route: 'match route redirect direct_response name metadata typed_per_filter_config request_headers_to_add request_headers_to_remove | decorator response_headers_to_add response_headers_to_remove stat_prefix tracing',
  RouteMatch: 'path prefix path_separated_prefix safe_regex case_sensitive headers query_parameters grpc |',
  RouteAction: 'cluster weighted_clusters prefix_rewrite regex_rewrite host_rewrite_literal auto_host_rewrite request_mirror_policies | timeout idle_timeout retry_policy max_grpc_timeout max_stream_duration hash_policy priority upgrade_configs append_x_forwarded_host cluster_not_found_response_code flush_timeout',
  WeightedClusters: 'clusters | runtime_key_prefix total_weight',
  WeightedCluster: 'name weight request_headers_to_add request_headers_to_remove host_rewrite_literal typed_per_filter_config | response_headers_to_add response_headers_to_remove metadata_match',
  Mirror: 'cluster | runtime_fraction trace_sampled disable_shadow_host_suffix_append',
  Redirect: 'https_redirect scheme_redirect host_redirect port_redirect path_redirect prefix_rewrite response_code | strip_query',
  DirectResponse: 'status body |',
  HeaderOption: 'header append_action | append keep_empty_value',
  HeaderMatcher: 'name present_match string_match exact_match prefix_match suffix_match safe_regex_match invert_match treat_missing_header_as_empty |',
  QueryMatcher: 'name string_match present_match |',
  StringMatcher: 'exact prefix suffix contains safe_regex ignore_case |',
  RBAC: '@type rules | stat_prefix shadow_rules shadow_rules_stat_prefix enforcement_type rules_stat_prefix',
  Rules: 'action policies | audit_logging_options',
  Policy: 'permissions principals |',
  HTTPFault: '@type delay abort | headers upstream_cluster max_active_faults',
  CorsPolicy: '@type allow_origin_string_match filter_enabled forward_not_matching_preflights | allow_methods allow_headers expose_headers max_age allow_credentials allow_private_network_access',
  JwtAuthentication: '@type providers rules | bypass_cors_preflight requirement_map stat_prefix strip_failure_response',
  Cluster: 'name type load_assignment eds_cluster_config original_dst_lb_config transport_socket transport_socket_matches typed_extension_protocol_options metadata | alt_stat_name circuit_breakers cleanup_interval common_lb_config connect_timeout dns_jitter dns_lookup_family dns_refresh_rate dns_failure_refresh_rate respect_dns_ttl typed_dns_resolver_config lb_policy least_request_lb_config round_robin_lb_config ring_hash_lb_config maglev_lb_config upstream_bind_config upstream_connection_options outlier_detection max_requests_per_connection http2_protocol_options protocol_selection per_connection_buffer_limit_bytes connection_pool_per_downstream_connection close_connections_on_host_health_failure ignore_health_on_host_removal preconnect_policy track_cluster_stats slow_start_config wait_for_warm_on_init load_balancing_policy',
  OriginalDst: 'upstream_port_override |',
  Locality: 'lb_endpoints priority | locality load_balancing_weight metadata proximity',
  LbEndpoint: 'endpoint health_status metadata | load_balancing_weight',
  Endpoint: 'address hostname | health_check_config',
  HttpProtocolOptions: '@type explicit_http_config use_downstream_protocol_config upstream_http_protocol_options | common_http_protocol_options',
  UpstreamHttpProtocolOptions: 'auto_sni auto_san_validation |',
};

/** The message itself, if the walker knows all of its fields. */
export function known(kind: keyof typeof FIELDS, message: Message): Message {
  for (const field of Object.keys(message)) if (!KNOWN[kind].has(field)) notConsidered(`${kind}.${field}`);
  return message;
}

const KNOWN = Object.fromEntries(Object.entries(FIELDS).map(([kind, fields]) => [kind, new Set(fields.split(' '))]));

/** What a message is, by the type that it carries. */
export function isType(message: Message | undefined, name: string): boolean {
  return message?.['@type']?.endsWith(`.${name}`) ?? false;
}
