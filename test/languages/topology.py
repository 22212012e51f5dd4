"""The topology of topology.ts with the Python package: what a user of it would write. Synthesizes into CDK_OUTDIR, without an AWS account."""
import os

from aws_cdk import App, Stack
from aws_cdk.aws_eks_v2 import KubernetesVersion
from aws_cdk.aws_lambda import LayerVersion
from cdk_hybridge import (
    CloudCluster, CognitoIdentity, DockerCluster, EksAnywhereKubernetesVersion, EksAnywhereTarget, EksTarget, Exposure, GatewayControlPlane, GatewayDatabase,
    GatewayEngine, Trust,
)

LAYER = "arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1"

app = App(outdir=os.environ["CDK_OUTDIR"], analytics_reporting=False)
cloud = Stack(app, "Cloud")

cluster = CloudCluster(
    cloud, "Cluster", kubernetes_version=KubernetesVersion.V1_35, kubectl_layer=LayerVersion.from_layer_version_arn(cloud, "Kubectl", LAYER), admin_cidrs=["198.51.100.0/24"],
)
identity = CognitoIdentity(cloud, "Identity")
control_plane = GatewayControlPlane(
    cloud, "ControlPlane",
    target=EksTarget.cluster(cluster), engine=GatewayEngine.packaged(), database=GatewayDatabase.aurora_serverless(), trust=Trust.generated(),
    tunnel_cidrs=["203.0.113.0/24"],
)

laptop = DockerCluster(
    app, "Laptop",
    eks_anywhere_version="v0.26.0", kubernetes_version=EksAnywhereKubernetesVersion.V1_35, pods_cidr="192.168.0.0/16", services_cidr="10.96.0.0/12",
    control_plane_nodes={"count": 1}, worker_nodes=[{"name": "gateway", "count": 1}],
)
control_plane.add_data_plane(
    "LaptopPlane",
    target=EksAnywhereTarget.cluster(laptop, exposure=Exposure.node_port(), image_repository="registry.acme.example/hybridge"),
    labels={"site": "laptop"}, hostname="apis.laptop.acme.example", identity=identity,
)

# What is wrong is refused in Python, too, with the property's name.
elsewhere = Stack(App(), "Elsewhere")
try:
    CloudCluster(elsewhere, "Open", kubernetes_version=KubernetesVersion.V1_35, kubectl_layer=LayerVersion.from_layer_version_arn(elsewhere, "Kubectl", LAYER), admin_cidrs=["0.0.0.0/0"])
    raise SystemExit("admin_cidrs: 0.0.0.0/0 was expected to be refused")
except RuntimeError as error:
    if "adminCidrs: got 0.0.0.0/0" not in str(error):
        raise

app.synth()
