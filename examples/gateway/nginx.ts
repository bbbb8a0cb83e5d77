/** nginx.conf of a gateway. It listens on all addresses: the gateway's own are on one node at a time. */
export function nginxConf(name: string, backends: readonly string[]): string {
  const servers = backends.map((backend) => `server ${backend};`).join(" ");
  return `user www-data;
pid /run/nginx.pid;

events {
  worker_connections 1024;
}

http {
  server_tokens off;
  access_log /var/log/nginx/access.log;

  upstream backends {
    ${servers}
  }

  server {
    listen 80;
    listen [::]:80;
    server_name ${name};
    return 301 https://$host$request_uri;
  }

  server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name ${name};
    ssl_certificate gateway.pem;
    ssl_certificate_key gateway.key;

    location / {
      proxy_pass http://backends;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}
