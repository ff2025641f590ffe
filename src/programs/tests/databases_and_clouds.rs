//! Database clients, network tools, packages, clouds and systems.

use super::check;

#[test]
fn databases() {
    check(
        r"
        psql -h h -c DROP\ TABLE\ x db | -h=h -c=DROP TABLE x sql=DROP TABLE x plain:db
        psql -f a.sql db | -f=a.sql script-file=a.sql plain:db
        psql --command=x -U u | -c=x -U=u sql=x
        psql postgres://h/db | plain:postgres://h/db stdin:sql
        mysql -e x db | -e=x sql=x plain:db
        mysql -uroot -psecret -e x | -u=root -p=secret -e=x sql=x
        mysql db | plain:db stdin:sql
        sqlite3 f drop\ table | database:f sql:drop table
        sqlite3 -readonly f select | -readonly database:f sql:select
        sqlite3 f | database:f stdin:sql
        redis-cli -h h FLUSHALL | -h=h code:FLUSHALL
        mongosh --eval x | --eval=x code=x
        dropdb x | plain:x
        pg_restore -c -d db f | -c -d=db read:f
        clickhouse-client -q x | -q=x sql=x
        bq query --nouse_legacy_sql x | [query] --nouse_legacy_sql sql:x
        duckdb f -c x | -c=x database:f sql=x
        ",
    );
}

#[test]
fn network() {
    check(
        r"
        curl -d @f url | -d=@f read=f url:url
        curl -da=b url | -d=a=b url:url
        curl -F x=@f;type=a url | -F=x=@f;type=a read=f url:url
        curl -o f url | -o=f write=f url:url
        curl -sSLo a https://u | -s -S -L -o=a write=a url:https://u
        curl -T f url | -T=f read=f url:url
        curl -K c | -K=c read=c
        curl file:///etc/passwd | read:/etc/passwd
        curl -X DELETE url | -X=DELETE url:url
        wget -O f url | -O=f write=f url:url
        wget --post-file=f url | --post-file=f read=f url:url here:write-into
        wget -qO- url | -q -O=- url:url
        scp a host:b | read:a remote:host:b
        scp -i k host:a b | -i=k read=k remote:host:a target:b
        nc -l 80 | -l plain:80
        ",
    );
}

#[test]
fn archives() {
    check(
        r"
        tar xf a -C d | -x -f=a -C=d read=a folder=d here:write-into below
        tar -xzf a.tgz -C d | -x -z -f=a.tgz -C=d read=a.tgz folder=d here:write-into below
        tar czf out in | -c -z -f=out write=out read:in below
        tar cfb out 20 in | -c -f=out -b=20 write=out read:in below
        tar -cf a -C d b | -c -f=a -C=d write=a folder=d read:b below
        tar --extract --file=a | -x -f=a read=a here:write-into below
        tar tf a | -t -f=a read=a below
        tar -cf a --remove-files b | -c -f=a --remove-files write=a move:b below
        tar xf a --to-command=rm | -x -f=a --to-command=rm read=a script=rm below
        zip -r a.zip b c | -r edit:a.zip read:b read:c below
        unzip a.zip -d d | -d=d read:a.zip folder=d here:write-into
        unzip a.zip | read:a.zip here:write-into
        gzip a | move:a
        gzip -k a | -k edit:a
        gzip -dc a | -d -c read:a
        7z x a -od | [x] -o=d read:a folder=d here:write-into
        ",
    );
}

#[test]
fn packages_and_builds() {
    check(
        r"
        npm --prefix d publish | [publish] -C=d folder=d
        npm publish --dry-run | [publish] --dry-run
        npm run build -- x | [run] plain:build argument:x
        npm i x | [install] plain:x makes:package-lock.json
        npx rimraf a | command{rimraf a}
        npm exec -- rimraf a | [exec] command{rimraf a}
        yarn add x | [add] plain:x makes:yarn.lock
        pnpm -C d publish | [publish] -C=d folder=d
        cargo publish --token x | [publish] --token=x
        cargo +stable publish --dry-run | [publish] +=stable -n
        cargo run --bin a -- b | [run] --bin=a argument:b
        cargo install x | [install] plain:x
        pip install -r f | [install] -r=f read=f
        pip uninstall -y x | [uninstall] -y plain:x
        uv run python -c x | [run] command{python -c x}
        poetry run rm a | [run] command{rm a}
        make -C d -f M clean | -C=d -f=M folder=d script-file=M plain:clean makes:./
        cmake -E rm -rf a | -E=rm command{rm -rf a}
        gcc -o a b.c -Ic | -o=a -I=c write=a read:b.c link-target=c
        go run a.go | [run] script-file:a.go
        apt-get -y install x | [install] -y plain:x
        brew uninstall x | [uninstall] plain:x
        ",
    );
}

#[test]
fn clouds_and_systems() {
    check(
        r"
        aws s3 rm s3://b/c --recursive | [s3 rm] --recursive remote:s3://b/c below
        aws s3 cp a s3://b/c | [s3 cp] read:a remote:s3://b/c
        aws --profile p ec2 terminate-instances --instance-ids i | [ec2] --profile=p --instance-ids=i plain:terminate-instances
        aws lambda invoke --payload file://a out | [lambda] --payload=file://a plain:invoke read=a argument:out
        gcloud --project p compute instances delete x -q | --project=p -q plain:compute plain:instances plain:delete plain:x
        az group delete -n x --yes | -n=x -y plain:group plain:delete
        terraform -chdir=d destroy -auto-approve | [destroy] -chdir=d -auto-approve folder=d
        terraform apply --auto-approve -var-file f | [apply] -auto-approve -var-file=f read=f
        kubectl delete --dry-run pod x | [delete] --dry-run plain:pod plain:x
        kubectl drain n --dry-run=client | [drain] --dry-run=client plain:n
        kubectl scale deployment/x --replicas 0 --dry-run=server | [scale] --replicas=0 --dry-run=server plain:deployment/x
        systemctl --user stop x | [stop] --user plain:x
        crontab -r | -r
        crontab f | script-file:f
        kill -9 1 | -9 plain:1
        mkfs.ext4 /dev/sda | write:/dev/sda
        mount -o ro /dev/sda /mnt | -o=ro plain:/dev/sda write:/mnt
        vim -c x f | -c=x code=x edit:f
        vim +x f | +=x code=x edit:f
        ed f | edit:f stdin:code
        ",
    );
}
