"""The words of GS1's Core Business Vocabulary (CBV 2.0) that EPCIS events may use.

Either a short name or a URI of somebody else's vocabulary; the CBV's own long URIs are refused
by the official schema, so that a step has one spelling.
"""

import re

from attest.payload import Json

from . import form
from .refusals import RecordError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STEPS = _words(
    """
    accepting arriving assembling collecting commissioning consigning
    creating_class_instance cycle_counting decommissioning departing destroying
    disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing
    repackaging repairing replacing reserving retail_selling shipping
    staging_outbound stock_taking stocking storing transporting unloading
    unpacking void_shipping sensor_reporting sampling
    """
)
DISPOSITIONS = _words(
    """
    active container_closed damaged destroyed dispensed disposed encoded expired
    in_progress in_transit inactive no_pedigree_match non_sellable_other
    partially_dispensed recalled reserved retail_sold returned sellable_accessible
    sellable_not_accessible stolen unknown available completeness_verified
    completeness_inferred conformant container_open mismatch_instance
    mismatch_class mismatch_quantity needs_replacement non_conformant unavailable
    """
)
TRANSACTIONS = _words(
    """
    bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt
    """
)
MEASUREMENTS = _words(
    """
    AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity
    Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume Angle
    AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
    Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent
    ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency
    Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum
    Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity
    MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime
    MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
    Pressure RadiantFlux RadiantIntensity RelativeHumidity Resistance Resistivity
    SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time
    Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
    """
)
ALERTS = _words(
    """
    ALARM_CONDITION ERROR_CONDITION
    """
)
COMPONENTS = _words(
    """
    x y z axial_distance azimuth height spherical_radius polar_angle
    elevation_angle easting northing latitude longitude altitude
    """
)
ERRORS = _words(
    """
    did_not_occur incorrect_data
    """
)
PARTIES = _words(
    """
    owning_party possessing_party location
    """
)
DAYS = _words(
    """
    cbvmda:bestBeforeDate cbvmda:itemExpirationDate cbvmda:sellByDate nguon:made
    """
)

_LONG = re.compile(
    r"urn:epcglobal:cbv|https?://(ns\.gs1\.org/cbv/|ref\.gs1\.org/cbv/|(www\.)?gs1\.org/voc/)"
)


def _word(known: frozenset[str], what: str) -> form.Form[str]:
    """Take one of the short names, or a URI that is not of the CBV."""

    def take(value: Json) -> str:
        if isinstance(value, str) and value in known:
            return value
        if form.is_uri(value) and not _LONG.match(str(value)):
            return str(value)
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is no {what} of the CBV and no URI")

    return take


step = _word(STEPS, "business step")
disposition = _word(DISPOSITIONS, "disposition")
transaction = _word(TRANSACTIONS, "business transaction type")
measurement = _word(MEASUREMENTS, "measurement type")
alert = _word(ALERTS, "sensor alert")
component = _word(COMPONENTS, "component")
error_reason = _word(ERRORS, "error reason")
party_type = _word(PARTIES, "source or destination type")
action = form.one_of("ADD OBSERVE DELETE")
