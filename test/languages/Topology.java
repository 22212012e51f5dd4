/** The topology of topology.ts with the Java package: what a user of it would write. Synthesizes into CDK_OUTDIR, without an AWS account. */
import io.github.hybridge.cdk.CloudCluster;
import io.github.hybridge.cdk.CognitoIdentity;
import io.github.hybridge.cdk.ControlPlaneNodeOptions;
import io.github.hybridge.cdk.DockerCluster;
import io.github.hybridge.cdk.EksAnywhereKubernetesVersion;
import io.github.hybridge.cdk.EksAnywhereTarget;
import io.github.hybridge.cdk.EksAnywhereTargetOptions;
import io.github.hybridge.cdk.EksTarget;
import io.github.hybridge.cdk.Exposure;
import io.github.hybridge.cdk.GatewayControlPlane;
import io.github.hybridge.cdk.GatewayDataPlaneOptions;
import io.github.hybridge.cdk.GatewayDatabase;
import io.github.hybridge.cdk.GatewayEngine;
import io.github.hybridge.cdk.Trust;
import io.github.hybridge.cdk.WorkerNodeGroupOptions;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.eks_v2.KubernetesVersion;
import software.amazon.awscdk.services.lambda.LayerVersion;

public class Topology {
  private static final String LAYER = "arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1";

  public static void main(String[] arguments) {
    App app = new App(AppProps.builder().outdir(System.getenv("CDK_OUTDIR")).analyticsReporting(false).build());
    Stack cloud = new Stack(app, "Cloud");
    CloudCluster cluster = CloudCluster.Builder.create(cloud, "Cluster")
      .kubernetesVersion(KubernetesVersion.V1_35)
      .kubectlLayer(LayerVersion.fromLayerVersionArn(cloud, "Kubectl", LAYER))
      .adminCidrs(List.of("198.51.100.0/24"))
      .build();
    CognitoIdentity identity = new CognitoIdentity(cloud, "Identity");
    GatewayControlPlane controlPlane = GatewayControlPlane.Builder.create(cloud, "ControlPlane")
      .target(EksTarget.cluster(cluster))
      .engine(GatewayEngine.packaged())
      .database(GatewayDatabase.auroraServerless())
      .trust(Trust.generated())
      .tunnelCidrs(List.of("203.0.113.0/24"))
      .build();
    DockerCluster laptop = DockerCluster.Builder.create(app, "Laptop")
      .eksAnywhereVersion("v0.26.0")
      .kubernetesVersion(EksAnywhereKubernetesVersion.V1_35)
      .podsCidr("192.168.0.0/16")
      .servicesCidr("10.96.0.0/12")
      .controlPlaneNodes(ControlPlaneNodeOptions.builder().count(1).build())
      .workerNodes(List.of(WorkerNodeGroupOptions.builder().name("gateway").count(1).build()))
      .build();
    EksAnywhereTargetOptions options = EksAnywhereTargetOptions.builder()
      .exposure(Exposure.nodePort())
      .imageRepository("registry.acme.example/hybridge")
      .build();
    controlPlane.addDataPlane("LaptopPlane", GatewayDataPlaneOptions.builder()
      .target(EksAnywhereTarget.cluster(laptop, options))
      .labels(Map.of("site", "laptop"))
      .hostname("apis.laptop.acme.example")
      .identity(identity)
      .build());
    app.synth();
  }
}
