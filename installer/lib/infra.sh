# shellcheck shell=bash
# Everything below the services.

install_infra() {
  doing kube-system "cluster" make_cluster
  doing "$APP" "namespaces" make_namespaces
  doing istio-ingress "ingress" make_ingress
  if [ -n "$EXTERNAL" ]; then
    step "stores"
    note "as $EXTERNAL says"
    return 0
  fi
  doing "$INFRA" "secrets of the stores" make_store_secrets
  doing "$INFRA" "stores" make_stores
  doing "$INFRA" "accounts of the services" make_accounts
}

make_stores() {
  local store
  for store in $STORES; do
    chart "$store" "$INFRA" "$ROOT/deploy/helm/infra/$store"
  done
  for store in $STORES; do
    await "$store" "$LIMIT" kc -n "$INFRA" rollout status "statefulset/$store" --timeout=1s
  done
}

# sql: statements from standard input, as root of the MySQL in the cluster.
sql() {
  # shellcheck disable=SC2016 # the container's own variable
  feed kc -n "$INFRA" exec -i mysql-0 -- sh -c 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql -h 127.0.0.1 -u root -N'
}

make_accounts() {
  local user
  {
    echo 'CREATE DATABASE IF NOT EXISTS dailyfeed CHARACTER SET utf8mb4;'
    for user in member content timeline migrate; do
      printf "CREATE USER IF NOT EXISTS 'dailyfeed_%s'@'%%' IDENTIFIED BY '%s';\n" "$user" "$(kept "$INFRA" mysql-secret "$user-password")"
      printf "ALTER USER 'dailyfeed_%s'@'%%' IDENTIFIED BY '%s';\n" "$user" "$(kept "$INFRA" mysql-secret "$user-password")"
    done
    echo "GRANT ALL ON dailyfeed.* TO 'dailyfeed_migrate'@'%';"
  } | sql
}

# Rights on the tables that there are: an owner reads and writes its own, timeline
# reads those of content that are not its bookkeeping.
grant_tables() {
  [ -z "$EXTERNAL" ] || { note "the owner of $EXTERNAL grants"; return 0; }
  local write='SELECT, INSERT, UPDATE, DELETE'
  sql <<SQL >"$WORK/grants"
SELECT CONCAT('GRANT ', r.verbs, ' ON dailyfeed.\`', t.table_name, '\` TO \'', r.user, '\'@\'%\';')
FROM information_schema.tables t JOIN (
  SELECT '^(members\$|member_|jwt_)' AS tables, 'dailyfeed_member' AS user, '$write' AS verbs
  UNION SELECT '^(posts\$|post_|comments\$|comment_|content_)', 'dailyfeed_content', '$write'
  UNION SELECT '^(posts\$|post_|comments\$|comment_)', 'dailyfeed_timeline', 'SELECT') r
  ON t.table_name REGEXP r.tables
WHERE t.table_schema = 'dailyfeed' AND t.table_type = 'BASE TABLE';
SQL
  if $DRY_RUN; then cat "$WORK/grants"; return 0; fi
  sql <"$WORK/grants"
  note "$(grep -c GRANT "$WORK/grants") rights on tables"
}
