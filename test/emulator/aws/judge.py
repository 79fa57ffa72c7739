"""What boto3, which shares no code with our client, makes of the emulated AWS. Prints one JSON object."""

import datetime
import io
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url = sys.argv[1]


def client(name, **more):
    return boto3.client(
        name,
        endpoint_url=url,
        region_name="ap-northeast-1",
        aws_access_key_id=more.get("key", "sandbox"),
        aws_secret_access_key=more.get("secret", "sandbox"),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, signature_version="s3v4" if name == "s3" else None),
    )


def code(work):
    try:
        work()
        return "accepted"
    except ClientError as error:
        return error.response["Error"]["Code"]


def soon(work):
    """Again while the cloud does not know the fresh thing everywhere."""
    for _ in range(200):
        try:
            return work()
        except ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise
    return work()


ec2, elb, rds, asg = client("ec2"), client("elbv2"), client("rds"), client("autoscaling")
iam, ssm, acm, dns = client("iam"), client("ssm"), client("acm"), client("route53")
found = {}

found["account"] = client("sts").get_caller_identity()["Account"]
tags = [{"Key": "Name", "Value": 'A & B <"c"> é'}]
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])["Vpc"]["VpcId"]
waiter = ec2.get_waiter("vpc_available")
waiter.config.delay = 0.05
waiter.wait(VpcIds=[vpc])
found["vpc"] = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
subnets = [
    soon(lambda: ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"ap-northeast-1{zone}"))["Subnet"]["SubnetId"]
    for index, zone in enumerate("ac")
]
found["subnets"] = sorted(one["CidrBlock"] for one in soon(lambda: ec2.describe_subnets(SubnetIds=subnets))["Subnets"])
group = soon(lambda: ec2.create_security_group(VpcId=vpc, GroupName="web", Description="web servers"))["GroupId"]
rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}
soon(lambda: ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule]))
found["group"] = soon(lambda: ec2.describe_security_groups(GroupIds=[group]))["SecurityGroups"][0]
found["twice"] = code(lambda: ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule]))
found["dry"] = code(lambda: ec2.create_vpc(CidrBlock="10.1.0.0/16", DryRun=True))
found["in use"] = code(lambda: ec2.delete_vpc(VpcId=vpc))
found["nothing"] = code(lambda: ec2.describe_vpcs(VpcIds=["vpc-0123456789abcdef0"]))
found["needed"] = code(lambda: ec2.create_subnet(CidrBlock="10.0.9.0/24"))
found["wrong key"] = code(lambda: client("ec2", key="nobody", secret="wrong").describe_vpcs())

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
iam.create_role(RoleName="web", AssumeRolePolicyDocument=policy, Tags=[{"Key": "a", "Value": "b"}])
found["role"] = soon(lambda: iam.get_role(RoleName="web"))["Role"]
found["role twice"] = code(lambda: iam.create_role(RoleName="web", AssumeRolePolicyDocument=policy))
found["no role"] = code(lambda: iam.get_role(RoleName="nobody"))

ssm.put_parameter(Name="/shop/password", Value="s3cret & more", Type="SecureString")
found["parameter"] = soon(lambda: ssm.get_parameter(Name="/shop/password", WithDecryption=True))["Parameter"]
found["no parameter"] = code(lambda: ssm.get_parameter(Name="/nothing"))
image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
found["image"] = ssm.get_parameter(Name=image)["Parameter"]["Value"]

found["group of databases"] = soon(
    lambda: rds.create_db_subnet_group(DBSubnetGroupName="Shop", DBSubnetGroupDescription="shop", SubnetIds=subnets)
)["DBSubnetGroup"]
found["no database"] = code(lambda: rds.describe_db_instances(DBInstanceIdentifier="nothing"))
found["engine"] = rds.describe_db_engine_versions(Engine="mysql", DefaultOnly=True)["DBEngineVersions"][0]

target = soon(lambda: elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/up"))
found["targets"] = target["TargetGroups"][0]
found["no balancer"] = code(lambda: elb.describe_load_balancers(Names=["nothing"]))
found["groups"] = asg.describe_auto_scaling_groups()["AutoScalingGroups"]

arn = acm.request_certificate(DomainName="shop.example.com", ValidationMethod="DNS")["CertificateArn"]
found["certificate"] = acm.describe_certificate(CertificateArn=arn)["Certificate"]
zone = dns.create_hosted_zone(Name="example.com", CallerReference="one")
found["zone"] = dns.get_hosted_zone(Id=zone["HostedZone"]["Id"])["HostedZone"]
record = {"Name": "*.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"a & b"'}]}
dns.change_resource_record_sets(
    HostedZoneId=zone["HostedZone"]["Id"], ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
)
found["records"] = [
    one["Name"] for page in dns.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["HostedZone"]["Id"]) for one in page["ResourceRecordSets"]
]
found["no zone"] = code(lambda: dns.get_hosted_zone(Id="Z0000000000000"))

s3 = client("s3")
place = {"LocationConstraint": "ap-northeast-1"}
s3.create_bucket(Bucket="images-of-the-shop", CreateBucketConfiguration=place)
soon(lambda: s3.put_bucket_versioning(Bucket="images-of-the-shop", VersioningConfiguration={"Status": "Enabled"}))
key = "a b/ü+&<é>.txt"
s3.put_object(Bucket="images-of-the-shop", Key=key, Body=b"first", Metadata={"colour": "red"}, ContentType="text/plain")
s3.put_object(Bucket="images-of-the-shop", Key=key, Body=b"second" * 1000, ContentType="text/plain")
s3.upload_fileobj(io.BytesIO(os.urandom(9_000_000)), "images-of-the-shop", "large")
got = s3.get_object(Bucket="images-of-the-shop", Key=key)
found["object"] = [got["ContentType"], got["Body"].read().decode() == "second" * 1000]
found["large"] = s3.head_object(Bucket="images-of-the-shop", Key="large")["ContentLength"]
found["keys"] = [one["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="images-of-the-shop") for one in page["Contents"]]
signed = s3.generate_presigned_url("get_object", Params={"Bucket": "images-of-the-shop", "Key": key}, ExpiresIn=60)
found["signed"] = len(urllib.request.urlopen(signed).read())
put = s3.generate_presigned_url("put_object", Params={"Bucket": "images-of-the-shop", "Key": "put"}, ExpiresIn=60)
found["put"] = urllib.request.urlopen(urllib.request.Request(put, data=b"x", method="PUT", headers={"content-type": ""})).status


def status(address):
    try:
        return urllib.request.urlopen(address).status
    except urllib.error.HTTPError as error:
        return error.code


found["forged"] = status(signed.replace("images-of-the-shop", "images-of-the-bank"))
found["anonymous"] = status(signed.split("?")[0])
found["full"] = code(lambda: s3.delete_bucket(Bucket="images-of-the-shop"))
versions = s3.list_object_versions(Bucket="images-of-the-shop")
every = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions["Versions"]]
found["versions"] = len(every)
s3.delete_objects(Bucket="images-of-the-shop", Delete={"Objects": every})
found["emptied"] = code(lambda: s3.delete_bucket(Bucket="images-of-the-shop"))
found["no bucket"] = code(lambda: s3.head_bucket(Bucket="images-of-the-shop"))
found["no key"] = code(lambda: s3.get_object(Bucket="images-of-the-shop", Key="x"))

print(json.dumps(found, default=lambda value: value.isoformat() if isinstance(value, datetime.datetime) else str(value)))
