//! Programs that start another command.

use super::check;

#[test]
fn prefixes() {
    check(
        r"
        sudo -u root -n rm x | -u=root -n command{rm x}
        sudo -u root -E rm -rf a | -u=root -E command{rm -rf a}
        sudo A=1 B=2 rm a | assignment:A=1 assignment:B=2 command{rm a}
        sudo -- rm a | command{rm a}
        sudo -s rm a | -s command{rm a}
        sudo -e a | -e edit:a
        sudo -i | -i stdin:script
        sudo --unknown v rm x | --unknown command{v rm x} ? or --unknown command{rm x} ?
        doas -u x rm a | -u=x command{rm a}
        env -i A=1 B=2 cmd | -i assignment:A=1 assignment:B=2 command{cmd}
        env -i -u X A=1 rm a | -i -u=X assignment:A=1 command{rm a}
        env -S rm\ -rf\ a | -S=rm -rf a split=rm -rf a command{}<rm -rf a>
        env -S rm\ -rf a | -S=rm -rf split=rm -rf command{a}<rm -rf>
        env -C d rm a | -C=d folder=d command{rm a}
        timeout 5 rm a | plain:5 command{rm a}
        timeout -k 5 30s rm a | -k=5 plain:30s command{rm a}
        nice -n 5 rm a | -n=5 command{rm a}
        nice -10 rm a | -10 command{rm a}
        nohup rm a | command{rm a}
        setsid -w rm a | -w command{rm a}
        stdbuf -oL ionice -c 3 rm a | -o=L command{ionice -c 3 rm a}
        time -p rm a | -p command{rm a}
        command -p rm a | -p command{rm a}
        command -v rm | -v plain:rm
        builtin cd b | command{cd b}
        exec -a n rm a | -a=n command{rm a}
        busybox rm a | command{rm a}
        strace -f -o out rm a | -f -o=out write=out command{rm a}
        chroot /mnt rm a | plain:/mnt command{rm a}
        flock l rm a | write:l command{rm a}
        flock l -c rm\ a | -c=rm a write:l script=rm a
        unshare -r rm a | -r command{rm a}
        systemd-run --user rm a | --user command{rm a}
        su - bob -c rm\ a | -c=rm a plain:- plain:bob script=rm a
        su | stdin:script
        script -c rm\ a out | -c=rm a script=rm a write:out
        watch -n 1 rm\ a | -n=1 script-words{rm a}
        eval rm\ a; rm\ b | script-words{rm a; rm b}
        trap rm\ a EXIT | script:rm a plain:EXIT
        chrt -f 5 rm a | -f plain:5 command{rm a}
        taskset -c 1 rm a | -c plain:1 command{rm a}
        tmux new-session -d -s x rm\ a | [new-session] -d -s=x script-words{rm a}
        ",
    );
}

#[test]
fn appenders_and_find() {
    check(
        r"
        xargs -n1 rm -f | -n=1 command{rm -f}+stdin
        xargs -n 1 -I {} rm -f {} | -n=1 -I={} placeholder={} command{rm -f {}}
        xargs -0r -P4 rm | -0 -r -P=4 command{rm}+stdin
        xargs -a list rm | -a=list read=list command{rm}+stdin
        xargs |
        parallel rm {} ::: a b | script-words{rm {}}+[a b]
        parallel -j4 gzip | -j=4 script-words{gzip}+stdin
        find . -name x -exec rm {} + | -name=x -exec=rm plain:. command{rm {}} below
        find a -type f -exec mv {} {}.bak ; -exec rm {} ; | -type=f -exec=mv -exec=rm plain:a command{mv {} {}.bak} command{rm {}} below
        find a -name x -delete | -name=x -delete plain:a here:delete below
        find -delete | -delete here:delete below
        find -L a b -newer c | -L -newer=c plain:a plain:b below
        find . -fprint a | -fprint=a plain:. write=a below
        find . -fprintf a %p | -fprintf=a plain:. write=a below
        find . ( -name a -o -name b ) -delete | -name=a -o -name=b -delete plain:. here:delete below
        fd -e rs -x rm | -e=rs -x=rm command{rm} here:read below
        ",
    );
}

#[test]
fn elsewhere() {
    check(
        r"
        ssh -p 22 u@h rm\ -rf\ a;\ ls | -p=22 remote:u@h remote-script-words{rm -rf a; ls}
        ssh host rm x | remote:host remote-script-words{rm x}
        ssh host | remote:host stdin:remote-script
        ssh -i key -o A=b h | -i=key -o=A=b read=key setting=A=b remote:h stdin:remote-script
        docker exec -it -w /app c sh -c rm\ a | [exec] -i -t -w=/app remote:c remote-command{sh -c rm a}
        docker run --rm -v a:b img cmd | [run] --rm -v=a:b plain:img remote-command{cmd}
        docker run --rm -v ./a:/b:ro -v $PWD:/c img cmd -x | [run] --rm -v=./a:/b:ro -v=$PWD:/c read=./a mount=$PWD plain:img remote-command{cmd -x}
        docker run --mount type=bind,source=/a,target=/b img | [run] --mount=type=bind,source=/a,target=/b mount=/a plain:img
        docker container rm -f c | [rm] -f plain:c
        docker rm -f c | [rm] -f plain:c
        docker volume rm v | [volume rm] plain:v
        docker system prune -af --volumes | [system prune] -a -f --volumes
        docker cp a con:/b | [cp] read:a remote:con:/b below
        docker cp con:/b a | [cp] remote:con:/b target:a below
        docker build -f D -t x . | [build] -f=D -t=x read=D read:.
        docker compose -f x.yml down -v | [compose down] -f=x.yml -v read=x.yml
        docker --host h ps | [ps] -H=h
        podman run img rm a | [run] plain:img remote-command{rm a}
        kubectl -n x delete pod y | [delete] -n=x plain:pod plain:y
        kubectl delete -f a.yaml -n x | [delete] -f=a.yaml -n=x read=a.yaml
        kubectl exec -it pod -c c -- rm a | [exec] -i -t -c=c remote:pod remote-command{rm a}
        kubectl cp a pod:/b | [cp] read:a remote:pod:/b below
        kubectl --context=c apply -f a | [apply] --context=c -f=a read=a
        helm uninstall r -n x | [uninstall] -n=x plain:r
        ",
    );
}

#[test]
fn tricks() {
    check(
        r"
        bash -euoc pipefail rm\ a | -e -u -o=pipefail -c script:rm a
        bash -euo pipefail -c rm\ a | -e -u -o=pipefail -c script:rm a
        bash -c -e rm\ a | -c -e script:rm a
        bash +e -c rm\ a | +e -c script:rm a
        bash --rcfile r -c x | --rcfile=r -c script-file=r script:x
        bash --nor -c x | --norc -c script:x
        bash /dev/stdin a | plain:/dev/stdin argument:a stdin:script
        source /dev/stdin | plain:/dev/stdin stdin:script
        ssh host -p 22 rm -rf x | -p=22 remote:host remote-script-words{rm -rf x}
        ssh -oA=b -p22 host -- rm x | -o=A=b -p=22 setting=A=b remote:host remote-script-words{rm x}
        vim -es f -c wq | -es -c=wq edit:f code=wq
        ex -s f | -s edit:f stdin:code
        git push -- origin +main | [push] -f plain:origin plain:+main
        git push origin +main :old | [push] -f -d plain:origin plain:+main plain::old
        env -S rm\ x y | -S=rm x split=rm x command{y}<rm x>
        env -iS rm\ x | -i -S=rm x split=rm x command{}<rm x>
        env -- rm x | command{rm x}
        sudo -nu root -- rm x | -n -u=root command{rm x}
        sudo --user=root rm x | -u=root command{rm x}
        sudo --us root rm x | -u=root command{rm x}
        nice -n5 -- rm x | -n=5 command{rm x}
        xargs -I{} -P4 sh -c rm\ {} | -I={} -P=4 placeholder={} command{sh -c rm {}}
        xargs --replace=@ mv @ d | -i=@ placeholder=@ command{mv @ d}
        xargs -J % cp % d | -J=% placeholder=% command{cp % d}
        parallel ::: rm\ a rm\ b | script-words{}+[rm a rm b]
        find . -exec sh -c rm\ $1 _ {} ; -print | -exec=sh -print plain:. command{sh -c rm $1 _ {}} below
        find a -ok rm {} ; | -ok=rm plain:a command{rm {}} below
        find -newerXY a -delete | -newerXY -delete here:delete below ?
        find $ -delete | -delete plain:$ here:delete below ?
        timeout --signal=KILL 5 rm x | -s=KILL plain:5 command{rm x}
        script -qc rm\ a /dev/null | -q -c=rm a script=rm a write:/dev/null
        su -c rm\ a bob | -c=rm a script=rm a plain:bob
        rm -- $ | delete:$
        rm $ -x | -x delete:$ ?
        rm -rf=x | -r -f -= -x below ?
        rm -r --interactive=never a | -r --interactive=never delete:a below
        rm --no-pre -r / | --no-preserve-root -r delete:/ below
        rsync -a --remove-source-files --delete a b | -r -l -p -t -g -o -D --remove-source-files --delete move:a mirror:b below
        rsync a rsync://h/m | read:a remote:rsync://h/m
        scp -r ./a:b h:c | -r read:./a:b target:h:c below
        date -f f | -f=f read=f
        date --foo x | --foo plain:x ? or --foo ?
        sed -e p -- -f | -e=p code=p read:-f
        sed --expression=p -i f | -e=p -i code=p edit:f or -e=p -i=f code=p
        sed -nf s f | -n -f=s script-file=s read:f
        perl -pie code f | -p -i=e script-file:code edit:f
        perl -wne code f | -w -n -e=code code=code read:f
        python3 -Bc code | -B -c=code code=code
        python3 -mpip install x | -m=pip command{install x}<pip>
        awk -- {print} a | code:{print} read:a
        tar -C d -xf a | -C=d -x -f=a folder=d read=a here:write-into below
        tar -xf a -C d -C e | -x -f=a -C=d -C=e read=a folder=d folder=e here:write-into below
        tar --directory=d -c b | -C=d -c folder=d read:b below
        tar cvf - a | -c -v -f=- read:a below
        tar | below
        dd of=/dev/null if=$ | of=/dev/null if=$ write=/dev/null read=$
        cp -- -a b | read:-a target:b
        cp -rt d -- a | -R -t=d write-into=d read:a below
        mv -T a b | -T move:a write:b below
        ln -s a b d | -s link-target:a link-target:b link:d
        docker run -v/a:/b -v c:/d img | [run] -v=/a:/b -v=c:/d mount=/a plain:img
        docker run --volume=/a:/b:ro img | [run] -v=/a:/b:ro read=/a plain:img
        docker image rm x | [rmi] plain:x
        docker container kill c | [kill] plain:c
        curl --upload-file f url | -T=f read=f url:url
        curl --form x=<f url | -F=x=<f read=f url:url
        curl --data-urlencode x=@f url | --data-urlencode=x=@f read=f url:url
        curl -XPOST -d@f -H @h url | -X=POST -d=@f -H=@h read=f read=h url:url
        psql -Atc x | -A -t -c=x sql=x
        psql -Uu -dd -f - | -U=u -d=d -f=- stdin:sql
        mysql -p -e x | -p -e=x sql=x
        sqlite3 -cmd x f | -cmd=x sql=x database:f
        kubectl delete pod x --force --grace-period=0 | [delete] --force --grace-period=0 plain:pod plain:x
        kubectl exec p -- sh -c x | [exec] remote:p remote-command{sh -c x}
        npm --force=false publish | [publish]
        ",
    );
}

#[test]
fn options_that_run_shell_text() {
    check(
        r"
        rsync -e rm\ x a h:b | -e=rm x script=rm x read:a target:h:b
        ssh -p 22 | -p=22
        man -P rm\ x ls | -P=rm x script=rm x plain:ls
        tar cf a -I rm\ x b | -c -f=a -I=rm x write=a script=rm x read:b below
        sort --compress-program=rm a | --compress-program=rm script=rm read:a
        split --filter=rm\ x a | --filter=rm x script=rm x read:a
        git rebase --exec rm\ x main | [rebase] -x=rm x script=rm x plain:main here:somewhere
        runcon -t t rm x | -t=t command{rm x}
        npx -c rm\ x | -c=rm x script=rm x
        nodemon --exec rm\ x a.js | -x=rm x script=rm x script-file:a.js
        ",
    );
}
