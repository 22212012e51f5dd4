/** Rules about the servers from which machines of bare metal load images. */
import { BASES } from '../rule-bases';
import { findings } from './findings';

const DATACENTER = 'TinkerbellDatacenterConfig/lab.spec';

test.each<[string, string, string[]]>([
  ['osImageURL', 'http://127.0.0.1/ubuntu-1-35.gz', ['image-host']],
  ['osImageURL', 'http://LOCALHOST:8080/ubuntu-1-35.gz', ['image-host']],
  ['osImageURL', 'http://127.example/ubuntu-1-35.gz', []],
  ['osImageURL', 'http://10.20.0.2/localhost/ubuntu-1-35.gz', []],
  ['hookImagesURLPath', 'http://localhost/hook', ['image-host']],
  ['hookImagesURLPath', 'http://10.20.0.2/hook/initramfs-aarch64', ['hook-folder']],
  ['hookImagesURLPath', 'http://10.20.0.2/hook/', []],
  ['hookImagesURLPath', 'http://10.20.0.2/vmlinuz-x86_64/v1', []],
])('%s %s', (field, url, rules) => {
  const expected = rules.map((rule) => `warning ${rule} ${DATACENTER}.${field}`);
  expect(findings(BASES.bareMetal, { [`${DATACENTER}.${field}`]: url })).toEqual(expected);
});
