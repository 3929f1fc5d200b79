"""ISO 4217: the active codes and how many decimals each has.

Source: ISO 4217 list one (SIX Group, maintenance agency), active currencies and funds codes; those that do not have 2 decimals are named.
Belongs here: the table. Does not belong here: exchange rates.
"""

from __future__ import annotations

from decimal import Decimal

_ACTIVE = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK
JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_OTHER_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

DECIMALS: dict[str, int] = dict.fromkeys(_ACTIVE.split(), 2) | {
    code: decimals for decimals, codes in _OTHER_DECIMALS.items() for code in codes.split()
}


def minor_unit_by_spelling() -> dict[str, Decimal]:
    """What one minor unit is worth in major units, by currency code in capitals and in small letters."""
    return {spelling: Decimal(1).scaleb(-decimals) for code, decimals in DECIMALS.items() for spelling in (code, code.lower())}
