"""What an establishment may be, and what becomes of its settings."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import db, files
from app.establishments import service
from app.establishments.logo import read_logo
from app.establishments.service import Invalid, Wanted, change_settings, create, slug_of
from app.models import Establishment, JournalEntry
from app.tenancy import Role, Scope
from tests.app.establishments.pictures import png
from tests.app.sentences import plain
from tests.factories import Make

pytestmark = pytest.mark.usefixtures("database")

SIREN, SIRET = "217500016", "21750001600019"


def transaction() -> AbstractContextManager[Session]:
    return db.in_transaction(Scope.instance())


def make_one(**raw: str) -> Establishment:
    with transaction() as session:
        return create(session, {"nom": "Commune de Saint-Rémi", "siret": SIRET, **raw})


def faults(sandbox: bool = False, **raw: str) -> dict[str, str]:
    with pytest.raises(Invalid) as caught, transaction() as session:
        create(session, {"nom": "Saint-Rémi", "siren": SIREN, **raw}, sandbox=sandbox)
    return {name: plain(" ".join(map(str, told))) for name, told in caught.value.errors.items()}


def test_what_is_typed_is_tidied() -> None:
    made = make_one(
        siret=" 217 500 016 00019 ", type="Intercommunalité", departement="1", courriel=" Mairie@X.fr "
    )
    assert (made.siren, made.siret) == (SIREN, SIRET)
    assert (made.kind, made.departement, made.contact_email) == ("epci", "01", "mairie@x.fr")
    assert made.constants == {"COLL_NOM": "Commune de Saint-Rémi", "COLL_SIRET": SIRET}
    with transaction() as session:
        assert [entry.act for entry in session.scalars(select(JournalEntry))] == ["establishment.created"]


def test_faults_are_said_in_the_words_of_the_core() -> None:
    found = faults(siren="217500017", siret="123", departement="2C", courriel="mairie", type="royaume")
    assert set(found) == {"siren", "siret", "departement", "courriel", "type"}
    assert "chiffre de contrôle" in found["siren"]
    assert "Exemple" in found["courriel"]
    assert set(faults(nom=" ")) == {"nom"}
    assert "160" in faults(nom="x" * 161)["nom"]


def test_who_publishes_must_be_known_but_for_a_sandbox() -> None:
    assert "SIREN" in faults(siren="")["siren"]
    with transaction() as session:
        assert create(session, {"nom": "Bac à sable"}, sandbox=True).siren is None


def test_a_siret_belongs_to_its_siren() -> None:
    assert "SIREN" in faults(siret="19230999500012")["siret"]


def test_an_establishment_exists_once() -> None:
    make_one()
    assert "Commune de Saint-Rémi" in faults(nom="Autre", siret=SIRET)["siret"]
    assert "existe déjà" in faults(nom="COMMUNE de Saint-Remi")["nom"]
    assert "déjà prise" in faults(nom="École", adresse_page="saint-remi")["adresse_page"]
    school = make_one(nom="École Jules-Ferry", siret="", siren=SIREN)
    assert school.slug == "ecole-jules-ferry"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Commune de Saint-Rémi", "saint-remi"),
        ("Ville d’Évry-Courcouronnes", "evry-courcouronnes"),
        ("Mairie du Mans", "mans"),
        ("Œuvre & Cie", "oeuvre-cie"),
        ("漢字", "etablissement"),
        ("x" * 200, "x" * 60),
    ],
)
def test_an_address_after_a_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_addresses_of_namesakes_take_the_departement_then_a_number(make: Make) -> None:
    made = []
    for n, departement in enumerate(["13", "13", "26", ""], start=1):
        siren = make.establishment(slug=f"autre-{n}").siren
        made.append(make_one(nom="Saint-Rémi", siret="", siren=siren or "", departement=departement).slug)
    assert made == ["saint-remi", "saint-remi-13", "saint-remi-26", "saint-remi-2"]


def change(one: Establishment, **given: object) -> Establishment:
    """Change settings as a manager does; gives the row as it is afterwards."""
    values = {**service.as_sheet(one), **given.pop("values", {})}  # type: ignore[dict-item]
    options = {
        "licence": one.licence,
        "accent": one.accent or "",
        "constants": list(one.constants.items()),
        **given,
    }
    with db.in_transaction(Scope.of(one.id, Role.manager, account=None)) as session:
        found = session.get_one(Establishment, one.id)
        change_settings(session, found, Wanted(values=values, **options), account=None)  # type: ignore[arg-type]
        return found


def wrong(one: Establishment, **given: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        change(one, **given)
    return {name: plain(" ".join(map(str, told))) for name, told in caught.value.errors.items()}


def test_a_manager_changes_what_is_theirs() -> None:
    one = make_one()
    changed = change(
        one,
        values={"nom": "Saint-Rémi", "courriel": "a@b.fr", "telephone": "01 42 76 40 40", "adresse": "1 rue"},
        accent="#2A6A4B",
        licence="odc-odbl",
        constants=[("COLL_NOM", "Saint-Rémi"), ("", ""), ("VIDE", "")],
    )
    assert (changed.name, changed.contact_phone, changed.address) == ("Saint-Rémi", "01 42 76 40 40", "1 rue")
    assert (changed.accent, changed.licence) == ("#2a6a4b", "odc-odbl")
    assert changed.constants == {"COLL_NOM": "Saint-Rémi"}
    assert (changed.slug, changed.siret) == ("saint-remi", SIRET)


def test_numbers_and_address_are_not_a_managers() -> None:
    one = make_one()
    changed = change(one, values={"adresse_page": "autre"})
    assert changed.slug == "saint-remi"
    assert set(wrong(one, values={"nom": ""})) == {"nom"}


def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can() -> None:
    one = make_one()
    told = wrong(one, accent="#ffcc00")["accent"]
    assert "trop pâle" in told
    better = told[told.rindex("#") : told.rindex("#") + 7]
    assert change(one, accent=better).accent == better
    assert "n’est pas un code" in wrong(one, accent="rouge")["accent"]
    assert change(one, accent="").accent is None


def test_constants_have_a_name_each_its_own() -> None:
    one = make_one()
    told = wrong(one, constants=[("A", "1"), ("", "2"), ("A", "3"), ("x" * 121, "4")])
    assert set(told) == {"constante-1", "constante-2", "constante-3"}
    assert wrong(one, constants=[(f"C{n}", "x") for n in range(101)])
    assert set(wrong(one, licence="copyright")) == {"licence"}


def test_a_logo_replaces_the_former_whose_file_goes_at_the_next_change() -> None:
    one = make_one()
    first, second = read_logo(png(3)), read_logo(png(4))
    assert change(one, logo=first).logo == first.name
    assert files.read(one.id, first.name) == first.data
    assert change(one, logo=second).logo == second.name
    assert change(one).logo == second.name
    assert list(files.names(one.id, "logo-")) == [second.name]
    assert change(one, without_logo=True).logo is None


def test_an_administrator_corrects_the_numbers(make: Make) -> None:
    one = make_one()
    other = make.establishment(siret="19230999500012", siren="192309995")
    with transaction() as session:
        found = session.get_one(Establishment, one.id)
        service.change_identity(
            session, found, {"siren": "", "siret": "21230999100017", "type": "epci"}, account=None
        )
    with transaction() as session:
        found = session.get_one(Establishment, one.id)
        assert (found.siren, found.siret, found.kind, found.slug) == (
            "212309991",
            "21230999100017",
            "epci",
            "saint-remi",
        )
        with pytest.raises(Invalid) as caught:
            service.change_identity(session, found, {"siren": "", "siret": other.siret or ""}, account=None)
        assert set(caught.value.errors) == {"siret"}
