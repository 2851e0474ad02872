/// What the first version of docs/web.md had administrators write: sites that are there when the package's files
/// are replaced by an upgrade.
enum FormerDocs {
  static let apache = """
    <VirtualHost *:443>
      ServerName status.example.com
      SSLEngine On
      SSLCertificateFile /etc/ssl/certs/status.example.com.pem
      SSLCertificateKeyFile /etc/ssl/private/status.example.com.key

      DocumentRoot /srv/cachet/public
      <Directory /srv/cachet/public>
        AllowOverride All
        Require all granted
      </Directory>
      <FilesMatch "\\.php$">
        SetHandler "proxy:unix:/run/php/cachet.sock|fcgi://localhost"
      </FilesMatch>

      # Last, so that nothing of the site's comes behind it.
      Define CACHET_MFA /usr/share/cachet-mfa
      Define CACHET_MFA_GUARD form
      Include ${CACHET_MFA}/apache/cachet-2.4.conf
    </VirtualHost>

    """

  static let nginx = """
    include /usr/share/cachet-mfa/nginx/cachet-2.4.conf;
    include /usr/share/cachet-mfa/nginx/http.conf;
    server {
      listen 443 ssl;
      server_name status.example.com;
      ssl_certificate /etc/ssl/certs/status.example.com.pem;
      ssl_certificate_key /etc/ssl/private/status.example.com.key;
      root /srv/cachet/public;
      include /usr/share/cachet-mfa/nginx/guard.conf;
    }

    """

  static let nginxFastCGI = """
    include fastcgi_params;
    include /usr/share/cachet-mfa/nginx/headers-fastcgi.conf;
    fastcgi_param SCRIPT_FILENAME /srv/cachet/public/index.php;
    fastcgi_pass unix:/run/php/cachet.sock;

    """

  static let nginxProxy = """
    include /usr/share/cachet-mfa/nginx/headers-proxy.conf;
    proxy_pass http://127.0.0.1:8000;

    """

  /// The path set that was made for a `CACHET_PATH`, "/status/". It is the site's own and no upgrade changes it.
  static let nginxSet = """
    map "$request_method $request_uri" $cachet_mfa_open {
      default "";

      # The status page.
      "~^(GET|HEAD) (?=/)/status/?(\\?|$)" 1;
      "~^(GET|HEAD) /status/(incidents/[\\w-]+|schedules/\\d+)(\\?|$)" 1;
      "~^(GET|HEAD) /status/(badge\\.svg|components/\\d+/badge\\.svg|rss|health)(\\?|$)" 1;

      # Subscriptions.
      "~^(GET|HEAD|POST) /status/subscribe(\\?|$)" 1;
      "~^(GET|HEAD) /status/subscribers/verify/[\\w-]+/\\w+(\\?|$)" 1;
      "~^(GET|HEAD|POST) /status/subscribers/unsubscribe/[\\w-]+/\\w+(\\?|$)" 1;

      # The API, for reading.
      "~^(GET|HEAD) /status/api/(ping|version|status)(\\?|$)" 1;
      "~^(GET|HEAD) /status/api/(components|component-groups|incidents|incident-templates|metrics|schedules)(/[\\w-]+)?(\\?|$)" 1;
      "~^(GET|HEAD) /status/api/((incidents|schedules)/[\\w-]+/updates|metrics/[\\w-]+/points)(/[\\w-]+)?(\\?|$)" 1;

      # Always at the root of the host: files, health, the confirmation of an address.
      "~^(GET|HEAD) /(build|css|fonts|js|storage|vendor)(/[\\w-][\\w@.-]*)+(\\?|$)" 1;
      "~^(GET|HEAD) /(favicon\\.ico|robots\\.txt|up|\\.well-known/acme-challenge/[\\w-]+)(\\?|$)" 1;
      "~^(GET|HEAD) /verify-email/\\d+/\\w+(\\?|$)" 1;
    }

    """
}
