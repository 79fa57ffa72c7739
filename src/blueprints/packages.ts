/** Debian packages that each blueprint's setup asks for; machines of the embedded cloud have them from the beginning. */
export const packages = {
  django: [
    ...['python3', 'python3-venv', 'python3-django', 'gunicorn', 'python3-gunicorn', 'python3-psycopg2'],
    ...['git', 'nginx'],
  ],
  rails: ['ruby', 'ruby-bundler', 'ruby-rails', 'ruby-mysql2', 'puma', 'mariadb-client', 'git', 'nginx'],
  'three-tier': ['apache2', 'uwsgi-core', 'uwsgi-plugin-python3', 'python3-flask', 'python3-pymysql'],
}

/** What the machines of each cloud must have: everything that any of its blueprints asks for. */
export const machinePackages = {
  alicloud: packages.django,
  aws: [...packages.rails, ...packages['three-tier']],
}
