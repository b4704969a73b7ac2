/** One take from start to file, in three languages. */
export function codeSamples(url: string, key: string): { title: string; code: string }[] {
  return [
    { title: 'curl', code: curl(url, key) },
    { title: 'JavaScript', code: javascript(url, key) },
    { title: 'Python', code: python(url, key) },
  ];
}

const curl = (url: string, key: string) => `KEY=${key}

# Ask for a clip: answers at once
curl -s ${url}/api/videos -H "Authorization: Bearer $KEY" \\
  -H 'content-type: application/json' \\
  -d '{"prompt": "a red fox in snow"}'

# Look how far it is (put the id from above)
curl -s ${url}/api/videos/$ID/status -H "Authorization: Bearer $KEY"

# Fetch the file when the status is "completed"
curl -s ${url}/api/videos/$ID/content -H "Authorization: Bearer $KEY" -o clip.mp4`;

const javascript = (url: string, key: string) => `import { writeFile } from 'node:fs/promises';

const url = '${url}';
const headers = { authorization: 'Bearer ${key}', 'content-type': 'application/json' };

const answer = await fetch(\`\${url}/api/videos\`, {
  method: 'POST',
  headers,
  body: JSON.stringify({ prompt: 'a red fox in snow' }),
});
let [video] = (await answer.json()).videos;

while (video.status === 'queued' || video.status === 'in_progress') {
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  video = await (await fetch(\`\${url}/api/videos/\${video.id}\`, { headers })).json();
  console.log(video.step.text, video.progress);
}
if (video.status === 'failed') throw new Error(video.error.happened);

const clip = await fetch(\`\${url}/api/videos/\${video.id}/content\`, { headers });
await writeFile('clip.mp4', Buffer.from(await clip.arrayBuffer()));`;

const python = (url: string, key: string) => `import time, requests

url = "${url}"
headers = {"Authorization": "Bearer ${key}"}

answer = requests.post(f"{url}/api/videos", headers=headers, json={"prompt": "a red fox in snow"})
answer.raise_for_status()
video = answer.json()["videos"][0]

while video["status"] in ("queued", "in_progress"):
    time.sleep(5)
    video = requests.get(f"{url}/api/videos/{video['id']}", headers=headers).json()
    print(video["step"]["text"], video["progress"])
if video["status"] == "failed":
    raise RuntimeError(video["error"]["happened"])

clip = requests.get(f"{url}/api/videos/{video['id']}/content", headers=headers)
open("clip.mp4", "wb").write(clip.content)`;
