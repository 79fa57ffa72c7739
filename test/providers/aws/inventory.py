"""Everything an account holds in a region as boto3 reads it, as the embedded cloud's inventory shows things: a JSON list."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url, region = sys.argv[1:3]


def client(name):
    return boto3.client(
        name,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(s3={"addressing_style": "path"}),
    )


ec2, elb, rds, asg, cache = client("ec2"), client("elbv2"), client("rds"), client("autoscaling"), client("elasticache")
iam, ssm, acm, dns, s3, secrets = client("iam"), client("ssm"), client("acm"), client("route53"), client("s3"), client("secretsmanager")
ecr = client("ecr")
found = []


def pages(service, operation, key, **more):
    if not service.can_paginate(operation):
        return getattr(service, operation)(**more)[key]
    return [row for page in service.get_paginator(operation).paginate(**more) for row in page.get(key, [])]


def plain(tags, key="Key", value="Value"):
    return {tag[key]: tag[value] for tag in tags or []}


def add(type, id, state="available", tags=None):
    found.append({"type": type, "id": id, "state": state, "tags": plain(tags)})


for row in pages(ec2, "describe_vpcs", "Vpcs"):
    if not row.get("IsDefault"):
        add("vpc", row["VpcId"], row["State"], row.get("Tags"))
for row in pages(ec2, "describe_subnets", "Subnets"):
    if not row.get("DefaultForAz"):
        add("subnet", row["SubnetId"], row["State"], row.get("Tags"))
for row in pages(ec2, "describe_internet_gateways", "InternetGateways"):
    add("internet-gateway", row["InternetGatewayId"], "attached" if row["Attachments"] else "detached", row.get("Tags"))
for row in pages(ec2, "describe_addresses", "Addresses"):
    add("elastic-ip", row["AllocationId"], "associated" if row.get("AssociationId") else "free", row.get("Tags"))
for row in pages(ec2, "describe_nat_gateways", "NatGateways"):
    if row["State"] != "deleted":
        add("nat-gateway", row["NatGatewayId"], row["State"], row.get("Tags"))
for row in pages(ec2, "describe_route_tables", "RouteTables"):
    if not any(one.get("Main") for one in row["Associations"]):
        add("route-table", row["RouteTableId"], tags=row.get("Tags"))
for row in pages(ec2, "describe_security_groups", "SecurityGroups"):
    if row["GroupName"] != "default":
        add("security-group", row["GroupId"], tags=row.get("Tags"))
for row in pages(ec2, "describe_key_pairs", "KeyPairs"):
    add("key-pair", row["KeyName"], tags=row.get("Tags"))
for reservation in pages(ec2, "describe_instances", "Reservations"):
    for row in reservation["Instances"]:
        if row["State"]["Name"] != "terminated":
            add("instance", row["InstanceId"], row["State"]["Name"], row.get("Tags"))
for row in pages(ec2, "describe_volumes", "Volumes"):
    add("volume", row["VolumeId"], row["State"], row.get("Tags"))
for row in pages(ec2, "describe_network_interfaces", "NetworkInterfaces"):
    add("network-interface", row["NetworkInterfaceId"], row["Status"], row.get("TagSet"))
for row in pages(ec2, "describe_launch_templates", "LaunchTemplates"):
    add("launch-template", row["LaunchTemplateId"], tags=row.get("Tags"))
for row in pages(asg, "describe_auto_scaling_groups", "AutoScalingGroups"):
    add("auto-scaling-group", row["AutoScalingGroupARN"], tags=row["Tags"])

for row in pages(iam, "list_roles", "Roles"):
    if not row["Path"].startswith("/aws-service-role/"):
        add("role", row["Arn"], tags=iam.get_role(RoleName=row["RoleName"])["Role"].get("Tags"))
for row in pages(iam, "list_instance_profiles", "InstanceProfiles"):
    name = row["InstanceProfileName"]
    add("instance-profile", row["Arn"], tags=iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"].get("Tags"))
for row in pages(ssm, "describe_parameters", "Parameters"):
    if row["Name"].startswith("/aws/"):
        continue
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=row["Name"])["TagList"]
    add("parameter", row.get("ARN", row["Name"]), tags=tags)

for row in pages(rds, "describe_db_instances", "DBInstances"):
    add("db-instance", row["DBInstanceArn"], row["DBInstanceStatus"], row.get("TagList"))
for row in pages(rds, "describe_db_clusters", "DBClusters"):
    add("db-cluster", row["DBClusterArn"], row["Status"], row.get("TagList"))
for row in pages(rds, "describe_db_subnet_groups", "DBSubnetGroups"):
    tags = rds.list_tags_for_resource(ResourceName=row["DBSubnetGroupArn"])["TagList"]
    add("db-subnet-group", row["DBSubnetGroupArn"], tags=tags)

for row in pages(cache, "describe_replication_groups", "ReplicationGroups"):
    tags = cache.list_tags_for_resource(ResourceName=row["ARN"])["TagList"]
    add("replication-group", row["ARN"], row["Status"], tags)
for row in pages(cache, "describe_cache_subnet_groups", "CacheSubnetGroups"):
    tags = cache.list_tags_for_resource(ResourceName=row["ARN"])["TagList"]
    add("cache-subnet-group", row["ARN"], tags=tags)

for row in s3.list_buckets()["Buckets"]:
    try:
        tags = s3.get_bucket_tagging(Bucket=row["Name"])["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = []
    add("bucket", row["Name"], tags=tags)


def tagged(arn):
    return elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]


for row in pages(elb, "describe_load_balancers", "LoadBalancers"):
    arn = row["LoadBalancerArn"]
    add("load-balancer", arn, row["State"]["Code"], tagged(arn))
    for one in pages(elb, "describe_listeners", "Listeners", LoadBalancerArn=arn):
        add("listener", one["ListenerArn"], tags=tagged(one["ListenerArn"]))
        for rule in elb.describe_rules(ListenerArn=one["ListenerArn"])["Rules"]:
            if not rule["IsDefault"]:
                add("rule", rule["RuleArn"], tags=tagged(rule["RuleArn"]))
for row in pages(elb, "describe_target_groups", "TargetGroups"):
    add("target-group", row["TargetGroupArn"], tags=tagged(row["TargetGroupArn"]))

for row in pages(acm, "list_certificates", "CertificateSummaryList"):
    arn = row["CertificateArn"]
    state = acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
    add("certificate", arn, state, acm.list_tags_for_certificate(CertificateArn=arn).get("Tags"))
for row in pages(dns, "list_hosted_zones", "HostedZones"):
    id = row["Id"].split("/")[-1]
    tags = dns.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id)["ResourceTagSet"]["Tags"]
    add("hosted-zone", id, tags=tags)
    for one in pages(dns, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=row["Id"]):
        if one["Type"] not in ("NS", "SOA"):
            add("record", f"{id}/{one['Name']}/{one['Type']}")
for row in pages(secrets, "list_secrets", "SecretList"):
    add("secret", row["ARN"], tags=row.get("Tags"))
for row in pages(ecr, "describe_repositories", "repositories"):
    arn = row["repositoryArn"]
    add("repository", arn, tags=ecr.list_tags_for_resource(resourceArn=arn)["tags"])

print(json.dumps(found))
