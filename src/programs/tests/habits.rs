//! Programs that write files whose names nobody tells them.

use super::check;

#[test]
fn package_managers_write_their_lock_files() {
    check(
        r"
        cargo update | [update] makes:Cargo.lock
        cargo update -p serde --dry-run | [update] -p=serde -n
        cargo add tokio --locked | [add] --locked plain:tokio
        npm install | [install]
        npm install left-pad | [install] plain:left-pad makes:package-lock.json
        npm i -g left-pad | [install] -g plain:left-pad
        npm i --package-lock-only | [install] --package-lock-only makes:package-lock.json
        npm audit | [audit]
        npm audit fix | [audit fix] makes:package-lock.json
        yarn install | [install]
        yarn up left-pad | [up] plain:left-pad makes:yarn.lock
        pnpm add left-pad | [add] plain:left-pad makes:pnpm-lock.yaml
        poetry lock --check | [lock] --check
        poetry lock | [lock] makes:poetry.lock
        uv sync | [sync]
        uv sync -U | [sync] --upgrade makes:uv.lock
        bundle install | [install]
        bundle update rails | [update] plain:rails makes:Gemfile.lock
        composer require a/b | [require] plain:a/b makes:composer.lock
        go mod tidy | [mod tidy] makes:go.sum
        nix flake update | [flake update] makes:flake.lock
        npm init -y | [init] -y makes:./package.json
        deno install npm:zod | [install] plain:npm:zod makes:deno.lock
        deno install | [install]
        ",
    );
}

#[test]
fn migrations_land_in_a_folder_of_their_own() {
    check(
        r"
        flask db upgrade | [db upgrade]
        flask db migrate -m x | [db migrate] -m=x makes:migrations/
        flask db migrate -d db | [db migrate] -d=db output=db
        dbmate -d db new x | [new] -d=db output=db plain:x
        dbmate -d db up | [up] -d=db read=db
        atlas migrate new --dir file://db x | [migrate new] --dir=file://db output=file://db plain:x
        ",
    );
}

#[test]
fn builders_write_a_folder_that_all_know() {
    check(
        r"
        vite build | [build] makes:dist/
        vite build --outDir out | [build] --outDir=out output=out
        vite preview --outDir out | [preview] --outDir=out read=out
        poetry build | [build] makes:dist/
        uv build -o out | [build] -o=out output=out
        goreleaser release --clean | [release] --clean makes:dist/
        prisma migrate dev | [migrate dev] makes:prisma/migrations/
        prisma migrate dev --schema x | [migrate dev] --schema=x read=x
        rails g model Post | [generate model] plain:Post makes:db/migrate/
        rails g controller Posts | [generate] argument:controller argument:Posts
        jar cf out/a.jar -C build . | -c -f=out/a.jar -C=build edit=out/a.jar folder=build argument:.
        ",
    );
}
