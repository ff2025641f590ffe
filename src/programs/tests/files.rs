//! Programs that read, write and delete files.

use super::check;

#[test]
fn deleting_and_moving() {
    check(
        r"
        rm -rf -- -x | -r -f delete:-x below
        rm -fr a b/ | -f -r delete:a delete:b/ below
        rm --recurs --force a | -r -f delete:a below
        rm a -r | -r delete:a below
        /bin/rm a | argument:a ?
        rm $ | delete:$ ?
        rmdir -p a/b | -p delete:a/b
        unlink a | delete:a
        shred a | edit:a
        shred -u a | -u delete:a
        truncate -s 0 a | -s=0 write:a
        mv a b c d/ | move:a move:b move:c target:d/ below
        mv -t d a b | -t=d write-into=d move:a move:b below
        mv a | move:a below
        apply_patch a | patch:a
        apply_patch | stdin:patch
        rename s/a/b/ f g | code:s/a/b/ move:f move:g
        ",
    );
}

#[test]
fn copying_and_linking() {
    check(
        r"
        cp -r a b c/ | -R read:a read:b target:c/ below
        cp -t d a b | -t=d write-into=d read:a read:b
        cp --target-directory=d a b | -t=d write-into=d read:a read:b
        cp -td a b | -t=d write-into=d read:a read:b
        cp -aT a b | -R -d -p -T read:a write:b below
        gcp a b | read:a target:b
        cp --backup a b | --backup read:a target:b
        cp --unknown a b c | --unknown read:a read:b target:c ? or --unknown read:b target:c ?
        ln -sf t l | -s -f link-target:t link:l
        ln -s t | -s link-target:t
        install -m 644 a b | -m=644 read:a target:b
        install -d a b | -d write:a write:b
        rsync -a --delete a/ b/ | -r -l -p -t -g -o -D --delete read:a/ mirror:b/ below
        rsync -avz -e ssh a/ host:b/ | -r -l -p -t -g -o -D -v -z -e=ssh script=ssh read:a/ remote:host:b/ below
        rsync --exclude=x --files-from=l a b | --exclude=x --files-from=l read=l read:a target:b
        rsync -n --delete a b | -n --delete read:a plain:b
        dd if=a of=b bs=1M | if=a of=b bs=1M read=a write=b
        split -b 1M a x | -b=1M read:a write:x
        mktemp -d | -d
        touch -r a b | -r=a read=a write:b
        mkdir -p a/b | -p write:a/b
        ",
    );
}

#[test]
fn marking() {
    check(
        r"
        chmod -R 777 a | -R plain:777 write:a below
        chmod -x a | -x write:a
        chmod --reference=a b | --reference=a read=a write:b
        chown -R root:root a b | -R plain:root:root write:a write:b below
        chattr +i a | +i write:a
        setfacl -m u:x:r a | -m=u:x:r write:a
        ",
    );
}

#[test]
fn text() {
    check(
        r"
        cat a - b | read:a plain:- read:b
        head -5 a | -5 read:a
        head -n 5 a | -n=5 read:a
        tail -f a | -f read:a
        less +G a | +=G code=G read:a
        grep -r x a | -r plain:x read:a below
        grep -r x | -r plain:x here:read below
        grep -e x a b | -e=x read:a read:b
        grep -f pats a | -f=pats read=pats read:a
        rg x | plain:x here:read below
        rg -g *.rs x a | -g=*.rs plain:x read:a below
        sed -n -i.bak s/a/b/ f | -n -i=.bak code:s/a/b/ edit:f
        sed s/a/b/ f | code:s/a/b/ read:f
        sed -i '' s/a/b/ f | -i code: edit:s/a/b/ edit:f or -i= code:s/a/b/ edit:f
        sed -i s/a/b/ f | -i code:s/a/b/ edit:f or -i=s/a/b/ code:f
        sed -i -e s/a/b/ f g | -i -e=s/a/b/ code=s/a/b/ edit:f edit:g or -i=-e code:s/a/b/ edit:f edit:g
        sed --in-place=.b -f s f | -i=.b -f=s script-file=s edit:f
        sed -ne p f | -n -e=p code=p read:f
        awk {print} a b | code:{print} read:a read:b
        awk -i inplace {print} a | -i=inplace code:{print} edit:a
        awk -F: -v x=1 {print} a | -F=: -v=x=1 code:{print} read:a
        awk -f p a | -f=p script-file=p read:a
        sort -o a b | -o=a write=a read:b
        sort -oa b | -o=a write=a read:b
        uniq a b | read:a write:b
        tee -a f g | -a write:f write:g
        sponge f | write:f
        patch -p1 -i d | -p=1 -i=d read=d here:edit
        patch f d | edit:f read:d
        jq .a f | plain:.a read:f
        jq --arg a b .a f | --arg=a plain:.a read:f
        yq -i .a=1 f | -i plain:.a=1 edit:f
        base64 -d f | -d read:f
        xxd -r a b | -r read:a write:b
        diff -r a b | -r read:a read:b below
        wc -l a | -l read:a
        echo rm -rf / | plain:rm plain:-rf plain:/
        printf %s rm | plain:%s plain:rm
        ",
    );
}
