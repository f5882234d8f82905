"""uv installs from where pip would."""

from tools.environment import uv_environment


def test_uv_gets_the_indexes_and_wheels_that_pip_is_configured_with() -> None:
    config = "\n".join(
        [
            ":env:.cert='/certs/env.pem'",
            "global.cert='/certs/global.pem'",
            "global.index-url='https://packages.fjallvik.example/simple'",
            "global.extra-index-url='\\nfile:///one/simple\\nfile:///two/simple'",
            "global.find-links='/wheels /more'",
            "install.timeout='20'",
            "global.timeout='10'",
            "global.disable-pip-version-check='1'",
            "list.index-url='https://elsewhere.example'",
        ]
    )
    assert uv_environment(config) == {
        "UV_DEFAULT_INDEX": "https://packages.fjallvik.example/simple",
        "UV_INDEX": "file:///one/simple file:///two/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/certs/env.pem",
        "UV_HTTP_TIMEOUT": "20",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_an_unconfigured_pip_leaves_uv_as_it_is() -> None:
    assert uv_environment("") == {"UV_INDEX_STRATEGY": "unsafe-best-match"}
