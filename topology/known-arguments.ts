/*
 * Arguments of the resources on a path: all of provider 5.100.0, and reviewed ones of later versions. Each is either
 * read or known not to affect what is proven. The effect of any other argument is unknown.
 */

/** Arguments by name; `true` if its nested arguments are irrelevant. */
export type Known = { readonly [name: string]: true | Known };

const known = (names: string, blocks: Known = {}): Known => ({
  ...Object.fromEntries(
    names
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => [name, true as const]),
  ),
  ...blocks,
});

/** What every resource has; `region` since provider 6. */
const USUAL = "id arn region tags tags_all timeouts";

/**
 * What is read of an action: the type, the order, and the destination. Authentication and fixed response bodies change
 * no hop.
 */
const ACTION = known(
  "type order target_group_arn authenticate_cognito authenticate_oidc jwt_validation fixed_response",
  {
    forward: known("", { target_group: known("arn weight"), stickiness: true }),
    redirect: known("host path port protocol query status_code"),
  },
);

const RULE_OF_GROUP = "security_group_id security_group_rule_id description from_port to_port";
const RULE_BLOCK = known(
  "from_port to_port protocol cidr_blocks ipv6_cidr_blocks prefix_list_ids security_groups self description",
);
const SINGLE_RULE = known(
  `${USUAL} ${RULE_OF_GROUP} ip_protocol cidr_ipv4 cidr_ipv6 prefix_list_id referenced_security_group_id`,
);

export const KNOWN_ARGUMENTS: Readonly<Record<string, Known>> = {
  aws_route53_zone: known(
    `${USUAL} name zone_id vpc comment delegation_set_id force_destroy name_servers primary_name_server ` +
      "enable_accelerated_recovery",
  ),
  aws_route53_record: known(
    // The last two are of providers before 2.0.
    `${USUAL} name type zone_id records ttl fqdn alias allow_overwrite health_check_id ` +
      "multivalue_answer_routing_policy set_identifier cidr_routing_policy failover_routing_policy " +
      "geolocation_routing_policy geoproximity_routing_policy latency_routing_policy weighted_routing_policy " +
      "weight failover",
  ),
  aws_acm_certificate: known(
    `${USUAL} domain_name subject_alternative_names validation_method status certificate_authority_arn ` +
      "certificate_body certificate_chain private_key domain_validation_options early_renewal_duration " +
      "key_algorithm not_after not_before options pending_renewal renewal_eligibility renewal_summary type " +
      "validation_emails validation_option",
  ),
  aws_acm_certificate_validation: known(`${USUAL} certificate_arn validation_record_fqdns`),
  aws_lb: known(
    // Read; then how requests are processed; then arguments of network and gateway load balancers, costs and logs.
    `${USUAL} name name_prefix dns_name zone_id arn_suffix vpc_id internal load_balancer_type ip_address_type ` +
      "security_groups subnets enable_deletion_protection idle_timeout enable_http2 access_logs " +
      "client_keep_alive desync_mitigation_mode drop_invalid_header_fields preserve_host_header " +
      "enable_tls_version_and_cipher_suite_headers enable_xff_client_port xff_header_processing_mode " +
      "enable_waf_fail_open " +
      "customer_owned_ipv4_pool dns_record_client_routing_policy enable_cross_zone_load_balancing " +
      "enable_zonal_shift enforce_security_group_inbound_rules_on_private_link_traffic " +
      "enable_prefix_for_ipv6_source_nat " +
      "secondary_ips_auto_assigned_per_subnet connection_logs health_check_logs ipam_pools " +
      "minimum_load_balancer_capacity",
    {
      subnet_mapping: known(
        "subnet_id allocation_id ipv6_address outpost_id private_ipv4_address source_nat_ipv6_prefix",
      ),
    },
  ),
  aws_lb_listener: known(
    `${USUAL} load_balancer_arn port protocol ssl_policy certificate_arn mutual_authentication alpn_policy ` +
      "tcp_idle_timeout_seconds " +
      // Headers of requests and responses.
      "routing_http_request_x_amzn_mtls_clientcert_header_name " +
      "routing_http_request_x_amzn_mtls_clientcert_issuer_header_name " +
      "routing_http_request_x_amzn_mtls_clientcert_leaf_header_name " +
      "routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name " +
      "routing_http_request_x_amzn_mtls_clientcert_subject_header_name " +
      "routing_http_request_x_amzn_mtls_clientcert_validity_header_name " +
      "routing_http_request_x_amzn_tls_cipher_suite_header_name " +
      "routing_http_request_x_amzn_tls_version_header_name " +
      "routing_http_response_access_control_allow_credentials_header_value " +
      "routing_http_response_access_control_allow_headers_header_value " +
      "routing_http_response_access_control_allow_methods_header_value " +
      "routing_http_response_access_control_allow_origin_header_value " +
      "routing_http_response_access_control_expose_headers_header_value " +
      "routing_http_response_access_control_max_age_header_value " +
      "routing_http_response_content_security_policy_header_value routing_http_response_server_enabled " +
      "routing_http_response_strict_transport_security_header_value " +
      "routing_http_response_x_content_type_options_header_value " +
      "routing_http_response_x_frame_options_header_value",
    { default_action: ACTION },
  ),
  aws_lb_listener_certificate: known(`${USUAL} listener_arn certificate_arn`),
  aws_lb_listener_rule: known(`${USUAL} listener_arn priority`, {
    action: ACTION,
    // `field` and `values` are of providers before 3.0; other arguments of a condition are reported as open where
    // conditions are read.
    condition: known("field values query_string", {
      host_header: known("values"),
      http_header: known("http_header_name values regex_values"),
      http_request_method: known("values"),
      path_pattern: known("values"),
      source_ip: known("values"),
    }),
  }),
  aws_lb_target_group: known(
    `${USUAL} name name_prefix port protocol protocol_version target_type vpc_id deregistration_delay ` +
      "arn_suffix load_balancer_arns " +
      // How requests are distributed to targets; then arguments for network, gateway and Lambda targets.
      "slow_start stickiness load_balancing_algorithm_type load_balancing_anomaly_mitigation " +
      "load_balancing_cross_zone_enabled target_group_health target_control_port " +
      "connection_termination ip_address_type lambda_multi_value_headers_enabled preserve_client_ip " +
      "proxy_protocol_v2 target_failover target_health_state",
    {
      health_check: known("enabled path port protocol matcher interval timeout healthy_threshold unhealthy_threshold"),
    },
  ),
  aws_lb_target_group_attachment: known(`${USUAL} target_group_arn target_id port availability_zone quic_server_id`),
  aws_autoscaling_attachment: known(`${USUAL} autoscaling_group_name lb_target_group_arn alb_target_group_arn elb`),
  aws_autoscaling_traffic_source_attachment: known(`${USUAL} autoscaling_group_name`, {
    traffic_source: known("identifier type"),
  }),
  aws_security_group: known(`${USUAL} name name_prefix description vpc_id owner_id revoke_rules_on_delete`, {
    ingress: RULE_BLOCK,
    egress: RULE_BLOCK,
  }),
  aws_security_group_rule: known(
    `${USUAL} ${RULE_OF_GROUP} type protocol cidr_blocks ipv6_cidr_blocks prefix_list_ids self ` +
      "source_security_group_id",
  ),
  aws_vpc_security_group_ingress_rule: SINGLE_RULE,
  aws_vpc_security_group_egress_rule: SINGLE_RULE,
};
