/** What an instance of an Auto Scaling group writes and runs when it starts for the first time. */
import type { Template } from 'aws-cdk-lib/assertions';

/** The script of a machine's first start; values known only after deployment appear as `<expression>`. */
export function startScript(template: Template): string {
  const [launch] = Object.values<any>(template.findResources('AWS::EC2::LaunchTemplate'));
  const [, parts] = launch.Properties.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
  return parts.map((part: unknown) => (typeof part === 'string' ? part : `<${Object.values(part as object).flat().join('.')}>`)).join('');
}

/** A file that the script writes. */
export function startFile(script: string, path: string): string {
  const marker = `cat > ${path} <<'HYBRIDGE_FILE_ENDS'\n`;
  return script.slice(script.indexOf(marker) + marker.length).split('HYBRIDGE_FILE_ENDS')[0];
}
