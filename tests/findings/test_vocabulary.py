"""What the lexicon knows: sentences of radiology, each with the concept that must be read, and no other one.

A line of a table holds a concept and sentences that state it; "!" says that it is denied, "?" that it is in doubt,
"none" that nothing but normal statements may be read.
"""

from __future__ import annotations

import pytest

from radeval.core.finding import Kind, Presence
from radeval.findings.reader import reader

SIGNS = {Presence.PRESENT: "", Presence.ABSENT: "!", Presence.UNCERTAIN: "?"}
LABELS = {
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Enlarged Cardiomediastinum", "Fracture", "Lung Lesion",
    "Lung Opacity", "Pleural Effusion", "Pleural Other", "Pneumonia", "Pneumothorax", "Support Devices",
}  # fmt: skip

RADIOGRAPH = """
cardiomegaly: The heart is mildly to moderately enlarged. / Cardiac enlargement. / Increased cardiothoracic ratio.
cardiomegaly: Cardiothoracic ratio is increased. / Prominent cardiac silhouette. / The cardiac shadow is enlarged.
cardiomegaly: Globular configuration of the heart. / Cardiac silhouette is mildly enlarged, unchanged.
?cardiomegaly: Borderline cardiomegaly.
!cardiomegaly: No cardiomegaly. / The heart is not enlarged. / No cardiac enlargement.
none: Cardiac size is at the upper limits of normal. / Nonobstructive bowel gas pattern.
none: Lines and tubes are in standard position.
none: The cardiac silhouette is at the upper limits of normal in size.
none: Cardiomediastinal contours are within normal limits for age. / No acute osseous abnormality.
none: No acute bony abnormality. / Vertebral body heights are maintained. / Trachea is midline.
none: No pleural abnormality. / No pleural disease. / Right lung is well aerated. / Costophrenic angles are sharp.
none: Hila are normal.
congenital_heart_disease: The heart appears boot-shaped.
heart_chamber_enlargement: Left ventricular prominence. / The left atrium is dilated.
mediastinal_widening: Widened mediastinum. / The mediastinum is widened. / The superior mediastinum appears wide.
mediastinal_widening: Mediastinal contours are prominent. / Abnormal mediastinal contour.
mediastinal_widening: There is a bulge of the right paratracheal stripe. / Mediastinal contours are abnormal.
!mediastinal_widening: No mediastinal widening. / The mediastinum is not widened.
enlarged_cardiomediastinal_silhouette: Cardiomediastinal silhouette is enlarged.
mediastinal_mass: Anterior mediastinal mass. / Pericardial cyst.
opacity: Hazy opacity at the left base. / Complete opacification of the left hemithorax.
opacity: The left hemithorax is opacified. / White-out of the right lung. / Bibasilar haziness. / Bat-wing opacities.
opacity: Veiling opacity over the right hemithorax. / Linear opacity in the lingula. / Bandlike opacity.
opacity: Streaky opacity. / Bilateral perihilar opacities. / Retrocardiac opacity.
density: Increased density projects over the right lower lobe. / Left retrocardiac density.
density: Rounded density in the right lower lobe.
airspace_disease: Patchy airspace disease in both lungs. / Left basilar airspace opacity.
airspace_disease: Diffuse bilateral airspace opacities.
!airspace_disease: No focal airspace disease. / No air space disease.
ground_glass_opacity: Ground-glass opacities in both upper lobes.
infiltrate: Right basilar infiltrate. / Nodular infiltrate in the right upper lobe. / Bilateral perihilar infiltrates.
infiltrate: Interstitial infiltrates.
!infiltrate: No focal infiltrates. / No acute infiltrate.
interstitial_markings: There are increased interstitial markings. / Coarsened interstitial markings.
interstitial_markings: Reticular opacities at the bases. / The lung markings are accentuated.
interstitial_markings: Prominent interstitial markings bilaterally. / Diffuse interstitial prominence.
interstitial_markings: Perihilar interstitial opacities. / Diffuse interstitial opacities. / Interstitial thickening.
interstitial_markings: Fine reticulonodular pattern. / Diffuse reticulonodular opacities. / Subtle interstitial changes.
interstitial_lung_disease: Interstitial lung disease. / Silicosis. / Asbestosis.
interstitial_lung_disease: Chronic interstitial changes.
infarct: Peripheral wedge-shaped opacity. / Hampton hump.
consolidation: Dense consolidation in the right middle lobe. / Consolidative changes at the left base.
consolidation: The lingula is consolidated. / Lobar consolidation with bulging fissure.
consolidation: Right upper lobe airspace consolidation. / Left retrocardiac consolidation. / Bibasilar consolidation.
!consolidation: No focal consolidation. / The lungs are clear without focal consolidation.
air_bronchogram: Air bronchograms in the left lower lobe.
pulmonary_edema: Mild pulmonary edema. / Interstitial oedema.
!pulmonary_edema: No overt edema. / No interstitial edema.
vascular_congestion: Pulmonary vascular congestion. / Pulmonary vessels are engorged.
vascular_congestion: The pulmonary vasculature is indistinct. / Vascular plethora. / Pulmonary venous hypertension.
vascular_congestion: Increased pulmonary vascularity. / Prominence of the pulmonary vasculature.
vascular_congestion: Prominent pulmonary vascularity. / Pulmonary vasculature is mildly congested.
vascular_congestion: Indistinct pulmonary vasculature. / Lungs are clear. Pulmonary vasculature is congested.
!vascular_congestion: No pulmonary vascular congestion.
kerley_lines: Kerley B lines are present.
cephalization: Cephalization of the pulmonary vessels. / Upper lobe venous diversion.
cephalization: Pulmonary vascular redistribution.
heart_failure: Findings of congestive heart failure. / Fluid overload. / CHF.
!heart_failure: No CHF. / No evidence of heart failure.
pneumonia: Right lower lobe pneumonia. / Multifocal pneumonia. / Fungal infection.
?pneumonia: Findings suspicious for bronchopneumonia. / Superimposed infection cannot be excluded.
?pneumonia: Atypical infection is possible. / Possible infectious etiology.
!pneumonia: No evidence of pneumonia.
aspiration: Aspiration pneumonitis at the bases.
viral_pneumonia_pattern: Findings consistent with COVID-19 pneumonia.
abscess: Necrotizing pneumonia in the left upper lobe. / Septic emboli. / Lung abscess.
atelectasis: Bibasilar atelectasis. / Plate-like atelectasis in the lingula.
atelectasis: Subsegmental collapse at the right base. / Atelectatic changes. / Partially collapsed right lung.
atelectasis: The left base is collapsed. / Atelectatic lung.
atelectasis: Discoid atelectasis.
lobar_collapse: The right lung is collapsed. / Complete left lung collapse. / Complete collapse of the left lung.
lobar_collapse: Left lower lobe collapse. / Collapse of the right upper lobe. / Golden S sign. / Luftsichel sign.
volume_loss: Volume loss in the left lung. / Loss of volume of the right upper lobe. / Juxtaphrenic peak.
volume_loss: Decreased aeration at the left base.
tension_pneumothorax: Tension pneumothorax. / Left pneumothorax under tension.
chronic_lung_change: Chronic lung disease. / Chronic changes in the lungs.
unchanged_appearance: Tubes and lines are unchanged. / Stable exam.
pneumothorax: Small left apical pneumothorax. / Right PTX. / Deep sulcus sign on the left.
pneumothorax: A visceral pleural line is seen. / Air in the left pleural space.
pneumothorax: Small apical pneumothorax on the left. / Persistent left pneumothorax.
!pneumothorax: No pneumothorax.
hydropneumothorax: Hydropneumothorax on the right. / Moderate right hydropneumothorax.
bronchopleural_fistula: Bronchopleural fistula.
pleural_effusion: Small bilateral pleural effusions. / Pleural fluid layers on the left. / Fluid in the minor fissure.
pleural_effusion: Subpulmonic effusion. / Chylothorax. / Meniscus sign on the right. / Fluid tracks into the fissures.
pleural_effusion: Bilateral layering effusions. / Small left effusion. / Trace pleural fluid on the right.
pleural_effusion: Fluid within the right major fissure.
!pleural_effusion: No effusions.
costophrenic_blunting: Blunting of the left costophrenic angle. / The right costophrenic sulcus is blunted.
costophrenic_blunting: Both costophrenic angles are blunted. / Loss of the left costophrenic angle.
loculated_effusion: Loculated effusion.
pleural_empyema: Empyema. / Left-sided empyema.
hemothorax: Hemothorax.
pleural_thickening: Biapical pleural thickening. / Apical pleural capping. / Left fibrothorax.
pleural_thickening: Pleural scarring at the right base. / The pleura is thickened. / Thickening of the minor fissure.
pleural_thickening: Thickened minor fissure.
!pleural_thickening: No pleural thickening.
pleural_plaques: Calcified pleural plaques. / Pleural calcification. / Asbestos-related pleural disease.
pleural_nodularity: Pleural-based mass. / Pleural nodularity. / Mesothelioma.
nodule: A 7 mm nodule in the right upper lobe. / Nodular density at the right base. / Rounded opacity in the lingula.
nodule: Coin lesion. / Ill-defined nodule. / A nodular opacity measuring 9 mm. / Suspicious lung lesion.
!nodule: No suspicious nodules.
mass: Spiculated mass in the left upper lobe. / Mass-like opacity.
!mass: No lung mass.
metastasis: Multiple pulmonary metastases. / Cannonball metastases. / Metastatic disease.
!metastasis: No evidence of metastatic disease.
cavity: Cavitary lesion in the right apex. / Mycetoma in a cavity.
!cavity: No cavitary lesions.
calcified_granuloma: Calcified granuloma in the left lung. / Nodules are calcified.
calcified_granuloma: Calcified right upper lobe granuloma. / Lingular calcified granuloma.
calcified_granuloma: Calcified granulomas in both lungs.
lung_neoplasm: Lung cancer. / Pancoast tumor.
hilar_mass: Left hilar mass. / Left perihilar mass. / Left suprahilar mass.
!hilar_mass: No hilar mass.
micronodules: Miliary nodules. / Micronodular pattern.
lymphangitic_spread: Lymphangitic carcinomatosis.
pulmonary_avm: Arteriovenous malformation in the right lower lobe.
rib_fracture: Acute left seventh rib fracture. / Fractures of the left fourth through seventh ribs.
rib_fracture: Buckle fracture of the rib. / Nondisplaced rib fractures.
!rib_fracture: No displaced rib fractures. / No rib fracture identified.
old_rib_fracture: Old healed rib fractures. / Healing posterior rib fractures. / Old left posterior rib fractures.
old_rib_fracture: Remote right-sided rib fractures.
clavicle_fracture: Fracture of the right clavicle. / Left clavicular fracture.
vertebral_compression_fracture: Compression fracture of T12. / Compression fracture of a mid thoracic vertebral body.
vertebral_compression_fracture: Chronic compression fractures.
!vertebral_compression_fracture: No vertebral compression fractures.
humerus_fracture: The left humeral neck is fractured. / Right proximal humerus fracture. / Right humeral fracture.
!fracture: No acute bony changes. / No acute osseous changes. / No acute skeletal change.
!fracture: No acute fracture. / No acute displaced fracture.
fracture: Metaphyseal corner fracture. / Fracture of the base of the fifth metacarpal.
sternum_fracture: Displaced fracture of the sternum.
rib_deformity: Deformity of the right sixth rib. / Deformities of the left ribs.
scapula_fracture: Fracture of the scapular body. / Fracture of the left scapula at the base of the glenoid.
flail_chest: Flail segment. / Flail chest.
spine_degenerative_change: Marked degenerative changes of the thoracic spine.
spine_degenerative_change: Mild degenerative change in the mid thoracic spine. / Mild thoracic degenerative changes.
spine_degenerative_change: Degenerative changes of the spine are evident.
spondylosis: Thoracic spondylosis.
vertebral_osteophyte: Marginal osteophytes. / Osteophytosis of the spine. / Thoracic spine osteophytes.
vertebral_osteophyte: Endplate osteophytes.
scoliosis: Thoracic dextroscoliosis. / Spinal curvature. / Levoconvex curvature of the thoracic spine.
scoliosis: S-shaped scoliosis. / Dextroscoliosis of the thoracic spine. / Dextrocurvature of the thoracic spine.
scoliosis: Mild scoliosis.
kyphosis: Exaggerated thoracic kyphosis. / Increased thoracic kyphosis. / Kyphotic curvature of the thoracic spine.
osteopenia: Bones are demineralized. / The bone density is decreased. / Diffuse osteopenia. / Osteopenic bones.
osteopenia: The bones are osteopenic. / Low bone density. / Mineralization of the bones is reduced.
lytic_bone_lesion: Lucent lesion in the left humerus. / Lytic lesion of the rib.
sclerotic_bone_lesion: Sclerotic lesion in the right scapula.
bone_metastasis: Osseous metastases.
vertebral_height_loss: Mild anterior wedging of T7. / Loss of height of the T8 vertebral body.
vertebral_height_loss: Compression deformity of L1. / Mild wedging of mid thoracic vertebral bodies.
vertebral_height_loss: T8 compression deformity.
!vertebral_height_loss: No compression deformity.
pectus_excavatum: Pectus excavatum.
cervical_rib: Cervical ribs.
shoulder_arthritis: Glenohumeral joint arthritis. / Degenerative changes of the right shoulder.
shoulder_arthritis: Osteoarthritis of the shoulders.
shoulder_dislocation: Anterior dislocation of the right shoulder.
ac_separation: AC joint separation.
bone_island: Bone island in the rib.
dish: DISH.
bridging_osteophytes: Flowing osteophytes along the thoracic spine. / Ankylosing spondylitis.
bridging_osteophytes: Bridging syndesmophytes.
periosteal_reaction: Hypertrophic osteoarthropathy.
rib_notching: Rib notching.
rib_anomaly: Bifid rib.
sternoclavicular_dislocation: Widening of the left sternoclavicular joint.
osteonecrosis: Avascular necrosis of the humeral head.
metabolic_bone_disease: Rugger jersey spine.
bone_destruction: Erosion of the distal clavicle.
!bone_destruction: No destructive osseous lesions.
vertebral_anomaly: Hemivertebra at T6.
schmorl_node: Schmorl nodes.
costochondral_calcification: Calcification of the costal cartilage.
degenerative_disc_disease: Multilevel disc space narrowing.
clavicle_deformity: Chronic deformity of the left clavicle.
aortic_tortuosity: The aorta is tortuous. / Ectatic thoracic aorta. / Unfolded aorta. / Tortuous ectatic aorta.
aortic_tortuosity: Mild aortic tortuosity. / Aortic ectasia. / Uncoiled aorta.
aortic_atherosclerosis: Calcified aortic arch. / Atherosclerotic calcification of the aortic knob.
aortic_atherosclerosis: Atherosclerosis of the thoracic aorta. / Aortic knob calcification.
aortic_atherosclerosis: Partially calcified aortic knob. / The thoracic aorta is densely calcified.
aortic_atherosclerosis: Thoracic aortic calcification. / Calcification of the thoracic aorta.
aortic_atherosclerosis: Aortic arch calcifications are present.
thoracic_aortic_aneurysm: Aneurysm of the descending aorta.
aortic_enlargement: Prominent aortic knob. / Mildly prominent ascending aorta. / Prominence of the aortic knob.
aortic_enlargement: Dilated ascending aorta.
aortic_arch_anomaly: Right-sided aortic arch. / Right aortic arch.
pulmonary_hypertension: Enlarged pulmonary arteries. / Pulmonary arterial hypertension.
pulmonary_hypertension: The main pulmonary artery is dilated. / Pruning of the peripheral vessels.
pulmonary_hypertension: Prominence of the central pulmonary arteries.
oligemia: Westermark sign. / Decreased pulmonary vascularity. / Pulmonary oligemia.
coronary_artery_calcification: Coronary artery calcifications.
heart_valve_calcification: Mitral annular calcification.
aortic_coarctation: Coarctation of the aorta.
situs_anomaly: Dextrocardia. / Situs inversus.
pericardial_effusion: Pericardial effusion.
!pericardial_effusion: No pericardial effusion.
pneumopericardium: Pneumopericardium.
cardiac_calcification: Pericardial calcification.
venous_variant: Left superior vena cava.
azygos_lobe: Azygos fissure. / Azygos lobe.
enlarged_azygos: Enlarged azygos vein.
hilar_enlargement: Hilar enlargement. / The hila are prominent. / Fullness of the right hilum.
hilar_enlargement: The left hilum is full.
hilar_adenopathy: Bilateral hilar lymphadenopathy. / Bihilar adenopathy.
!hilar_adenopathy: No hilar adenopathy.
mediastinal_lymphadenopathy: Mediastinal lymphadenopathy. / Right paratracheal adenopathy.
calcified_lymph_node: Calcified hilar lymph nodes. / Eggshell calcification of the hilar nodes.
calcified_lymph_node: Calcified left hilar lymph nodes. / Calcified mediastinal nodes.
hilar_retraction: Hilar retraction. / The hila are retracted superiorly.
small_hilum: Small right hilum.
hyperinflation: Hyperinflated lungs. / The lungs are hyperexpanded. / Increased lung volumes.
hyperinflation: Lung volumes are large. / Increased AP diameter. / Increased retrosternal airspace.
hyperinflation: Hyperaerated lungs. / Hyperaeration.
diaphragm_flattening: Flattened diaphragms. / Flattening of both hemidiaphragms. / Hemidiaphragms are flattened.
emphysema: Emphysematous changes.
bulla: Bullous changes in the upper lobes.
copd: COPD.
low_lung_volumes: Low lung volumes. / The lungs are hypoinflated. / Lung volumes are low.
bronchovascular_crowding: Bronchovascular crowding.
peribronchial_cuffing: Peribronchial cuffing. / Perihilar peribronchial thickening.
bronchial_wall_thickening: Bronchial wall thickening. / Bronchial cuffing.
bronchiectasis: Bronchiectasis in the lower lobes. / Tram-track opacities.
mucus_plug: Mucus plugging.
pulmonary_fibrosis: Fibrosis at the lung bases. / Fibrotic changes at both apices.
honeycombing: Honeycombing.
scar: Biapical scarring. / Fibronodular scarring. / Pleuroparenchymal scarring. / Apical scarring.
scar: Biapical pleuroparenchymal scarring.
bronchitis: Reactive airway disease. / Viral bronchiolitis. / Chronic bronchitic changes.
air_trapping: Air trapping.
tracheal_deviation: Tracheal deviation to the right. / The trachea is deviated to the left.
tracheal_deviation: Leftward deviation of the trachea.
!tracheal_deviation: No tracheal deviation.
airway_stenosis: Tracheal narrowing. / Steeple sign. / Croup.
sarcoidosis: Sarcoidosis.
tuberculosis: Tuberculosis.
!tuberculosis: No sign of active TB. / No radiographic signs of tuberculosis.
!old_tuberculosis: No sequela of prior tuberculosis.
old_tuberculosis: Old tuberculosis of the right apex. / Sequelae of prior tuberculosis.
diffuse_alveolar_damage: ARDS.
diffuse_alveolar_hemorrhage: Pulmonary hemorrhage.
contusion: Pulmonary contusion.
lung_cyst: Pneumatocele. / Thin-walled cyst. / Cystic lucencies.
air_fluid_level: Air-fluid level in the left lung.
respiratory_distress_syndrome: Hyaline membrane disease. / Surfactant deficiency.
transient_tachypnea: Transient tachypnea of the newborn.
meconium_aspiration: Meconium aspiration.
bronchopulmonary_dysplasia: Bronchopulmonary dysplasia.
pulmonary_interstitial_emphysema: Pulmonary interstitial emphysema.
diaphragmatic_hernia: Congenital diaphragmatic hernia. / Morgagni hernia.
thymic_tissue: Thymic sail sign.
progressive_massive_fibrosis: Progressive massive fibrosis.
postobstructive_change: Post-obstructive pneumonia.
lung_hernia: Lung hernia.
pulmonary_embolism: Pulmonary embolism.
skin_fold: Skin fold. / Companion shadow.
hyperlucency: Unilateral hyperlucent lung.
foreign_body_airway: Foreign body in the right main bronchus.
subcutaneous_emphysema: Subcutaneous emphysema. / Subcutaneous air along the chest wall.
subcutaneous_emphysema: Crepitus in the neck soft tissues.
!subcutaneous_emphysema: No subcutaneous emphysema.
pneumomediastinum: Pneumomediastinum. / Mediastinal air.
!pneumomediastinum: No pneumomediastinum.
pneumoperitoneum: Free air under the diaphragm. / Pneumoperitoneum. / Free subdiaphragmatic air.
pneumoperitoneum: There is air under the right hemidiaphragm. / Air under the left hemidiaphragm.
!pneumoperitoneum: No free intraperitoneal air. / There is no free air beneath the diaphragm.
!pneumoperitoneum: No free air under the hemidiaphragms. / No subdiaphragmatic free air.
diaphragm_elevation: Elevated right hemidiaphragm. / Paralysis of the left hemidiaphragm.
diaphragm_elevation: The right hemidiaphragm is markedly elevated. / Elevation of the left hemidiaphragm.
diaphragm_elevation: Left hemidiaphragm elevation. / High right hemidiaphragm.
diaphragm_eventration: Eventration of the diaphragm.
hiatal_hernia: Hiatal hernia. / Retrocardiac air-fluid level.
!hiatal_hernia: No hiatal hernia.
gastric_distension: Distended stomach. / Large gastric air bubble. / Mild gaseous distention of the stomach.
gastric_distension: Gas-distended stomach.
bowel_dilation: Dilated loops of bowel. / Dilated bowel loops. / Gaseous distention of the colon.
bowel_dilation: Colonic distention.
gallstone: Gallstones. / Calcified gallstones.
cholecystectomy_clips: Cholecystectomy clips. / Cholecystectomy clips in the right upper quadrant.
abdominal_clips: Clips in the right upper quadrant.
colonic_interposition: Chilaiditi syndrome.
splenomegaly: Splenomegaly.
hepatomegaly: Hepatomegaly.
splenic_calcification: Calcified splenic granulomas.
renal_stone: Renal calculi. / Right renal stone.
abdominal_free_fluid: Ascites.
pneumobilia: Pneumobilia.
portal_venous_gas: Portal venous gas.
bowel_obstruction: Small bowel obstruction.
!bowel_obstruction: No bowel obstruction.
enteric_contrast: Contrast in the colon. / Barium in the bowel.
diaphragmatic_injury: Diaphragmatic rupture.
stool_burden: Moderate stool burden.
endotracheal_tube: Endotracheal tube tip 4 cm above the carina. / ETT in good position.
endotracheal_tube: The ET tube is in the right main bronchus. / ET tube 3 cm above the carina.
endotracheal_tube: Endotracheal tube with tip at the thoracic inlet. / ETT tip in the right mainstem bronchus.
endotracheal_tube: Right mainstem intubation.
tracheostomy_tube: Tracheostomy tube in place.
nasogastric_tube: Nasogastric tube courses below the diaphragm. / NG tube coiled in the esophagus.
nasogastric_tube: NGT with tip in the stomach. / NG tube tip below the diaphragm.
!nasogastric_tube: Nasogastric tube has been removed.
orogastric_tube: OG tube.
feeding_tube: Dobhoff tube. / Feeding tube in the duodenum. / Dobbhoff tube tip in the stomach.
gastrostomy_tube: PEG tube. / G-tube. / Gastrostomy tube.
internal_jugular_catheter: Right IJ central line. / Right internal jugular central venous catheter.
internal_jugular_catheter: Tunneled right IJ catheter. / Right IJ approach central venous catheter. / Left IJ line.
subclavian_catheter: Left subclavian line. / Right subclavian central venous catheter.
picc: Left-sided PICC. / Right PICC line tip in the SVC. / The left PICC terminates in the mid SVC.
picc: Right PICC with tip in the lower SVC.
port_catheter: Port-A-Cath. / Right chest port. / Mediport in place. / Right-sided Port-A-Cath with tip in the SVC.
port_catheter: Right chest wall Port-A-Cath. / Left chest port catheter.
central_venous_catheter: Hickman catheter. / Central venous catheter terminates in the azygos vein.
central_venous_catheter: Dual-lumen catheter. / Central venous line tip in the SVC.
dialysis_catheter: Dialysis catheter. / Quinton catheter. / Right internal jugular dialysis catheter.
pulmonary_artery_catheter: Swan-Ganz catheter.
umbilical_venous_catheter: Umbilical venous catheter. / UVC tip at the diaphragm.
umbilical_arterial_catheter: Umbilical arterial catheter. / UAC tip at T7.
chest_tube: Right chest tube. / Left pigtail catheter. / Pleurx catheter. / Bilateral chest tubes are in place.
chest_tube: Basilar chest tube. / Two chest tubes on the right. / Right pleural drain. / Thoracostomy tube.
mediastinal_drain: Mediastinal drains. / Mediastinal drain in place.
pacemaker: Left chest wall pacemaker. / Dual-chamber pacemaker. / Leadless pacemaker.
pacemaker: Left subclavian dual-lead pacemaker.
icd: AICD. / Biventricular ICD. / Life vest. / CRT-D device. / Subcutaneous ICD. / Left-sided AICD.
icd: AICD leads are intact.
pacemaker_lead: Pacing leads terminate in the right atrium and right ventricle. / Temporary pacing wire.
pacemaker_lead: Retained epicardial pacing wires. / Pacemaker leads in place. / Pacemaker wires.
loop_recorder: Loop recorder.
intra_aortic_balloon_pump: Intra-aortic balloon pump. / IABP tip.
ventricular_assist_device: LVAD. / Impella device. / Left ventricular assist device.
ecmo_cannula: ECMO cannulas.
prosthetic_valve: Prosthetic aortic valve. / Mechanical mitral valve. / Aortic valve prosthesis.
tavr: TAVR.
annuloplasty_ring: Annuloplasty ring.
coronary_stent: Coronary stents. / Coronary stent.
aortic_endograft: Aortic stent graft. / Aortic stent.
ivc_filter: IVC filter. / IVC filter in place.
ventricular_shunt: VP shunt. / Ventriculoperitoneal shunt catheter.
nerve_stimulator: A stimulator is present over the left chest. / Neurostimulator leads.
support_device: Battery pack over the left abdomen.
spinal_stimulator: Spinal stimulator battery pack projects over the abdomen.
spinal_stimulator: Spinal cord stimulator. / Baclofen pump. / Spinal stimulator leads.
vagal_stimulator: Vagal nerve stimulator. / Deep brain stimulator battery. / Phrenic nerve pacer.
vagal_stimulator: Vagus nerve stimulator.
spinal_fusion_hardware: Pedicle screws in the lumbar spine. / Posterior spinal fusion hardware.
cervical_fusion_hardware: Hardware in the cervical spine. / ACDF hardware. / Cervical plate.
lumbar_fusion_hardware: Lumbar fusion rods. / Lumbar spine hardware.
spinal_fusion_hardware: Harrington rods. / Thoracolumbar fusion hardware.
spinal_fusion_hardware: Spinal fixation rods.
spinal_fusion: ACDF. / Anterior cervical discectomy and fusion. / Cervical spine fusion.
shoulder_arthroplasty: Reverse total shoulder arthroplasty. / Right shoulder arthroplasty.
shoulder_arthroplasty: Right shoulder replacement. / Left humeral head prosthesis. / Left total shoulder arthroplasty.
orthopedic_hardware: Plate and screws in the left clavicle. / ORIF of the left clavicle.
vertebral_cement: Vertebroplasty cement. / Kyphoplasty. / Vertebral augmentation at T12.
sternotomy_wires: Median sternotomy wires. / Sternal wires are intact. / Sternal sutures.
axillary_clips: Surgical clips in the left axilla. / Left axillary surgical clips.
surgical_clip: Surgical clips project over the mediastinum.
cabg_clips: CABG clips. / Coronary artery bypass graft clips.
cabg: Status post CABG. / Prior CABG. / Post CABG changes.
sternotomy: S/p median sternotomy. / Median sternotomy.
lobectomy: Status post left lobectomy. / Right upper lobectomy. / Left lower lobectomy changes.
lobectomy: Left upper lobectomy.
pneumonectomy: Status post right pneumonectomy.
wedge_resection: Wedge resection of the left upper lobe.
mastectomy: Mastectomy. / Status post right mastectomy. / Postsurgical changes of the left breast.
mastectomy: The left breast is surgically absent. / Left mastectomy. / Surgical absence of the right breast.
breast_implant: Breast implants. / Bilateral breast prostheses. / Right breast prosthesis.
esophagectomy: Esophagectomy with gastric pull-through. / Neoesophagus.
thoracotomy: Thoracotomy changes.
rib_resection: Rib resection.
lung_transplant: Lung transplant.
heart_transplant: Heart transplant.
fundoplication: Nissen fundoplication.
gastric_band: Gastric band.
septal_closure_device: Amplatzer device. / Watchman device.
mitral_clip: MitraClip.
bullet: Bullet fragments. / Retained bullet in the left chest wall. / Shrapnel in the left chest wall.
foreign_body: Metallic foreign body in the left chest wall. / Metallic density overlies the left chest.
!foreign_body: No radiopaque foreign body.
external_monitor_leads: ECG leads overlie the chest. / Cardiac monitoring leads overlie the chest.
external_monitor_leads: Overlying EKG leads. / ECG electrodes.
device_fracture: Lead fracture.
fractured_sternal_wire: Fractured sternal wires.
radiation_change: Radiation fibrosis.
suture_material: Suture material at the right apex. / Surgical staples.
embolization_coil: Embolization coils.
esophageal_stent: Esophageal stent.
tracheal_stent: Tracheal stent.
endobronchial_valve: Endobronchial valves.
esophageal_temperature_probe: Esophageal temperature probe. / Esophageal probe.
ingested_foreign_body: Swallowed coin in the esophagus. / Button battery in the esophagus.
retained_foreign_body: Retained surgical sponge.
thoracic_surgery: Plombage. / Talc pleurodesis. / Thoracoplasty. / Postoperative changes in the left lung.
nuss_bar: Nuss bar.
enteric_tube: Side port at the gastroesophageal junction. / Enteric tube terminates in the stomach.
enteric_tube: Side port above the GE junction.
gynecomastia: Gynecomastia.
thyroid_enlargement: Goiter.
hemothorax: Hematoma in the left pleural space.
mediastinal_hematoma: Hematoma of the mediastinum.
surgical_clip: An aneurysm clip is present.
soft_tissue_swelling: Soft tissue swelling. / Hematoma of the left chest wall.
chest_wall_mass: Chest wall mass.
breast_mass: Breast mass.
calcification: Soft tissue calcifications.
rotator_cuff_disease: Calcific tendinitis. / High-riding humeral heads.
breast_calcification: Breast calcifications.
esophageal_dilation: Achalasia. / Dilated esophagus.
supraclavicular_lymphadenopathy: Cervical lymphadenopathy.
mediastinal_lipomatosis: Mediastinal lipomatosis.
thoracic_aortic_dissection: Aortic dissection.
mediastinal_hematoma: Mediastinal hematoma.
technical_rotation: The patient is rotated.
technical_low_inspiration: Suboptimal inspiration. / Poor inspiratory effort. / Shallow inspiration.
technical_motion: Motion artifact.
technical_incomplete: The lung apices are excluded from the film. / Clipped left costophrenic angle.
technical_incomplete: The costophrenic angles are not included on the lateral view.
technical_limited: Limited chest examination without acute abnormality.
technical_underpenetration: Underpenetrated film.
endplate_change: Degenerative endplate changes.
old_clavicle_fracture: Old right clavicle fracture. / Healed fracture of the left clavicle.
old_clavicle_fracture: Healed left clavicular fracture.
old_humerus_fracture: Chronic fracture deformity of the right humeral head.
rotator_cuff_repair: Postsurgical changes in the right shoulder.
axillary_dissection: Surgical changes in the right axilla.
bone_anchor: Surgical anchors in the right humeral head.
valve_replacement: Status post aortic valve replacement. / Mitral valve replacement.
vascular_stent: Vascular stent in the left subclavian vein.
cholecystectomy: Cholecystectomy.
prominent_bowel_gas: Gas-filled loops of bowel. / Air-filled loops of colon.
!lymphadenopathy: No adenopathy.
obscured_outline: Obscuration of the left hemidiaphragm. / Silhouetting of the left heart border.
obscured_outline: The right heart border is obscured. / Obscured left hemidiaphragm. / Loss of the right heart border.
obscured_outline: The left hemidiaphragm is obscured.
improved_aeration: Aeration is improved. / Improved aeration of the lungs.
epicardial_fat_pad: Prominent epicardial fat pad. / Pericardial fat pad.
nipple_shadow: Nipple shadows.
external_object: Necklace.
mediastinal_shift: Mediastinal shift to the right. / Shift of the mediastinum to the left.
mediastinal_shift: Rightward shift of the heart.
!mediastinal_shift: No mediastinal shift.
technical_overpenetration: The film is overexposed.
!pneumatosis: No pneumatosis.
atherosclerosis: Vascular calcifications.
granuloma: Left lower lobe granuloma.
granulomatous_disease: Old granulomatous disease. / Sequelae of remote granulomatous disease.
ac_joint_arthritis: AC joint arthropathy.
endotracheal_tube: Low-lying endotracheal tube.
nephrostomy_tube: Nephrostomy tube.
biliary_drain: Biliary stent.
thoracentesis: Thoracentesis.
upper_quadrant_calcification: Left upper quadrant calcification.
"""

CT = """
!pulmonary_embolism: No pulmonary embolism. / No filling defects in the pulmonary arteries.
pulmonary_embolism: Filling defect in the right lower lobe pulmonary artery.
pulmonary_embolism: Occlusive thrombus in the main pulmonary artery. / Fat embolism.
saddle_embolism: Saddle embolus.
segmental_embolism: Segmental pulmonary emboli in the left lower lobe. / Subsegmental filling defects.
chronic_pulmonary_embolism: Chronic thromboembolic disease.
right_heart_strain: Right heart strain. / RV to LV ratio is increased. / Bowing of the interventricular septum.
right_heart_strain: Reflux of contrast into the hepatic veins.
pulmonary_hypertension: The main pulmonary artery measures 3.5 cm, enlarged. / Pulmonary artery aneurysm.
thoracic_aortic_dissection: Stanford type B aortic dissection. / Intimal flap in the descending aorta.
intramural_hematoma: Intramural hematoma of the ascending aorta.
aortic_ulcer: Penetrating atherosclerotic ulcer. / Mural thrombus in the aorta.
thoracic_aortic_aneurysm: Ascending aortic aneurysm measuring 5.2 cm. / Aneurysmal dilatation of the ascending aorta.
thoracic_aortic_aneurysm: Sinus of Valsalva aneurysm.
coronary_artery_calcification: Severe coronary artery calcification. / Coronary artery atherosclerosis.
aortic_atherosclerosis: Calcified plaque in the aorta. / Atherosclerotic plaque of the aortic arch.
heart_valve_calcification: Aortic valve calcification. / Mitral annular calcifications. / Aortic stenosis.
heart_valve_calcification: Bicuspid aortic valve.
endoleak: Endoleak.
aortic_arch_anomaly: Aberrant right subclavian artery.
cardiac_thrombus: Left ventricular thrombus. / Filling defect in the left atrial appendage. / Cardiac mass.
lipomatous_hypertrophy: Lipomatous hypertrophy of the interatrial septum.
heart_chamber_enlargement: Dilated left atrium.
pericardial_thickening: Pericardial thickening. / Pericardial metastasis. / Constrictive pericarditis.
pericardial_effusion: Small pericardial effusion.
vein_thrombosis: SVC occlusion. / Thrombosis of the left subclavian vein. / SVC syndrome.
vein_thrombosis: Superior vena cava stenosis.
ground_glass_opacity: Ground-glass opacities with a peripheral distribution.
ground_glass_opacity: Ground-glass attenuation in the lower lobes.
crazy_paving: Crazy paving.
tree_in_bud: Tree-in-bud nodularity in the right lower lobe.
centrilobular_nodules: Centrilobular nodules.
micronodules: Perilymphatic nodules. / Acinar nodules. / Pseudoplaque. / Miliary pattern. / Airspace nodules.
mosaic_attenuation: Mosaic attenuation. / Mosaic oligemia.
air_trapping: Air trapping on expiration.
honeycombing: Honeycombing with a basal predominance.
traction_bronchiectasis: Traction bronchiectasis.
reticulation: Subpleural reticulation. / Intralobular lines. / Subpleural curvilinear line.
septal_thickening: Interlobular septal thickening.
uip_pattern: UIP pattern.
?uip_pattern: Probable UIP.
nsip_pattern: Findings of NSIP.
organizing_pneumonia: Organizing pneumonia. / Reversed halo sign. / Vaping-associated lung injury.
organizing_pneumonia: Perilobular pattern. / Eosinophilic pneumonia.
halo_sign: Halo sign.
hypersensitivity_pneumonitis: Hypersensitivity pneumonitis.
diffuse_alveolar_hemorrhage: Diffuse alveolar hemorrhage. / Goodpasture syndrome.
alveolar_proteinosis: Alveolar proteinosis. / Silicoproteinosis.
centrilobular_emphysema: Centrilobular emphysema.
paraseptal_emphysema: Paraseptal emphysema.
panlobular_emphysema: Panlobular emphysema.
emphysema: Emphysema, upper lobe predominant.
lung_cyst: Thin-walled lung cysts. / Lymphangioleiomyomatosis.
solid_nodule: Solid nodule in the right upper lobe.
part_solid_nodule: 8 mm part-solid nodule.
ground_glass_nodule: Pure ground-glass nodule. / Subsolid nodule.
perifissural_nodule: Perifissural nodule.
calcified_granuloma: Calcified granuloma within the left lower lobe. / Broncholith.
spiculated_mass: Spiculated mass in the left upper lobe.
nodule: 4 mm pulmonary nodule. / Multiple bilateral pulmonary nodules. / Lung-RADS 4B nodule. / Rheumatoid nodules.
cavity: Cavitary nodule. / Pseudocavity. / Aspergilloma.
bronchial_wall_thickening: Bronchial wall thickening.
bronchiectasis: Cylindrical bronchiectasis. / The bronchi are dilated. / Bronchiolectasis.
bronchiectasis: Primary ciliary dyskinesia.
mucus_plug: Mucus plugging of the lower lobe bronchi. / Secretions in the trachea.
mucus_plug: Debris in the right main bronchus. / Bronchocele. / Finger-in-glove opacities.
endobronchial_lesion: Endobronchial lesion.
airway_stenosis: Obstruction of the left main bronchus. / Tracheal stenosis. / Saber-sheath trachea.
airway_stenosis: Bronchial anastomotic stricture. / Right upper lobe bronchus cutoff.
tracheomalacia: Tracheobronchomalacia.
dependent_atelectasis: Dependent atelectasis.
round_atelectasis: Round atelectasis.
lymphangitic_spread: Lymphangitic carcinomatosis.
infarct: Pulmonary infarct.
radiation_change: Post-radiation fibrosis in the right upper lobe.
pulmonary_sequestration: Pulmonary sequestration. / Partial anomalous pulmonary venous return.
pulmonary_avm: Pulmonary arteriovenous malformation.
contusion: Pulmonary laceration.
interstitial_lung_abnormality: Interstitial lung abnormality.
interstitial_lung_disease: Smoking-related interstitial lung disease.
tracheal_diverticulum: Tracheal diverticulum. / Tracheal bronchus.
pleuroparenchymal_fibroelastosis: Pleuroparenchymal fibroelastosis.
mediastinal_lymphadenopathy: Enlarged subcarinal lymph node measuring 15 mm. / Right paratracheal lymphadenopathy.
mediastinal_lymphadenopathy: Prominent mediastinal lymph nodes. / Internal mammary lymph nodes are enlarged.
!lymphadenopathy: No mediastinal or hilar lymphadenopathy.
lymphadenopathy: Shotty lymph nodes. / Lymphoma. / Necrotic lymph nodes.
hilar_adenopathy: Enlarged right hilar lymph nodes.
axillary_lymphadenopathy: Axillary lymphadenopathy.
!axillary_lymphadenopathy: No enlarged axillary lymph nodes.
none: Supraclavicular lymph node.
calcified_lymph_node: Calcified mediastinal lymph nodes.
mediastinal_mass: Anterior mediastinal mass. / Thymoma. / Bronchogenic cyst. / Teratoma. / Neurogenic tumor.
thymic_lesion: Thymic hyperplasia. / Thymic cyst.
mediastinal_hematoma: Mediastinal hematoma.
pneumomediastinum: Pneumomediastinum.
esophageal_thickening: Esophageal wall thickening. / Esophageal cancer. / Esophageal stricture.
esophageal_dilation: Patulous esophagus. / Fluid-filled esophagus. / Achalasia.
portal_hypertension: Esophageal varices. / Portal hypertension.
hiatal_hernia: Small hiatal hernia.
thyroid_nodule: Thyroid nodule. / Hypoattenuating thyroid nodule.
thyroid_enlargement: Heterogeneous enlarged thyroid gland. / Multinodular goiter. / Substernal goiter.
pleural_nodularity: Pleural nodules. / Pleural metastases.
loculated_effusion: Loculated left effusion. / Complex pleural effusion. / Pulmonary pseudotumor.
pleural_empyema: Split pleura sign.
pleural_plaques: Pleural plaques.
soft_tissue_swelling: Chest wall hematoma.
chest_wall_mass: Subcutaneous lipoma. / Chest wall abscess. / Seroma.
breast_mass: Breast nodule.
gynecomastia: Gynecomastia.
lytic_bone_lesion: Lytic lesion in T5. / Multiple myeloma. / Fibrous dysplasia.
sclerotic_bone_lesion: Sclerotic metastases. / Enchondroma.
vertebral_compression_fracture: Burst fracture of L1.
vertebral_hemangioma: Hemangioma of the T9 vertebral body.
rib_fracture: Acute minimally displaced fractures of the right third to fifth ribs.
spine_degenerative_change: Marked degenerative changes of the spine. / Spinal stenosis.
sternum_fracture: Manubrium fracture.
schmorl_node: Schmorl's nodes.
hepatic_steatosis: Hepatic steatosis.
liver_lesion: Hypodense lesion in the liver. / Subcentimeter hepatic hypodensities. / Hepatic metastases.
liver_cyst: Hepatic cyst.
cirrhosis: Cirrhotic liver.
gallstone: Cholelithiasis.
cholecystectomy: Status post cholecystectomy.
adrenal_nodule: Left adrenal nodule.
adrenal_adenoma: Adrenal adenoma. / Adrenal myelolipoma.
adrenal_metastasis: Adrenal metastasis. / Metastasis to the left adrenal gland.
renal_cyst: Renal cysts. / Simple cyst in the left kidney.
renal_stone: Nonobstructing renal calculus. / Nephrolithiasis.
hydronephrosis: Hydronephrosis.
splenic_calcification: Splenic granulomas.
splenomegaly: Splenomegaly.
pancreatic_calcification: Pancreatic atrophy.
abdominal_free_fluid: Ascites. / Free fluid in the abdomen.
abdominal_aortic_aneurysm: Abdominal aortic aneurysm.
diverticulosis: Diverticulosis. / Colonic diverticula.
accessory_spleen: Splenule.
renal_lesion: Hyperdense lesion of the kidney. / Renal mass.
bulla: Bullous emphysema.
sarcoidosis: Galaxy sign.
pulmonary_fibrosis: Smoking-related interstitial fibrosis.
consolidation: Consolidation of the right lower lobe.
volume_loss: Fissural displacement. / Displacement of the minor fissure. / Elevation of the minor fissure.
hilar_retraction: Downward displacement of the hilum.
bronchopleural_fistula: Bronchial stump dehiscence. / Tracheoesophageal fistula. / Air leak.
viral_pneumonia_pattern: Pneumocystis pneumonia.
pneumonia: Invasive aspergillosis.
abpa: Allergic bronchopulmonary aspergillosis.
granulomatous_disease: Histoplasmosis.
nontuberculous_mycobacteriosis: MAC infection. / Nontuberculous mycobacterial infection.
amyloidosis: Amyloidosis.
vasculitis: Granulomatosis with polyangiitis.
lung_neoplasm: Kaposi sarcoma. / Carcinoid tumor. / Adenocarcinoma. / Mucinous adenocarcinoma. / Tumor recurrence.
lung_neoplasm: Residual tumor.
pleural_effusion: Malignant pleural effusion.
trapped_lung: Trapped lung.
pulmonary_vein_stenosis: Pulmonary vein stenosis.
congenital_heart_disease: Patent foramen ovale.
myocardial_scar: Myocardial infarction. / Left ventricular aneurysm.
cardiac_calcification: Pericardial calcifications.
aortitis: Aortitis. / Takayasu arteritis. / Large vessel vasculitis.
enlarged_azygos: Azygos vein enlargement.
rib_destruction: Rib destruction.
bone_contusion: Bone marrow edema.
bone_metastasis: Pathologic fracture of the rib.
metabolic_bone_disease: Paget disease. / Sickle cell disease.
vertebral_height_loss: Vertebra plana.
bone_infection: Epidural abscess.
portal_vein_thrombosis: Portal vein thrombosis. / Budd-Chiari syndrome.
pancreatic_lesion: Pancreatic mass.
cholecystitis: Gallbladder wall thickening.
biliary_dilation: Common bile duct dilatation.
splenic_lesion: Splenic infarct.
adrenal_thickening: Adrenal hyperplasia.
abdominal_mass: Omental caking.
abdominal_lymphadenopathy: Mesenteric lymphadenopathy.
abdominal_hernia: Ventral hernia.
gastric_wall_thickening: Gastric wall thickening.
airway_injury: Tracheobronchial injury. / Tracheal rupture. / Tracheal laceration. / Fallen lung sign.
hemothorax: Extrapleural hematoma. / Retained hemothorax.
pulmonary_edema: Drowning. / Reexpansion edema.
inhalation_injury: Smoke inhalation injury.
diffuse_alveolar_damage: TRALI.
transplant_complication: Transplant rejection.
cardiac_herniation: Cardiac herniation.
lung_torsion: Lobar torsion.
skin_lesion: Keloid. / Skin lesion.
breast_implant: Breast tissue expander. / Ruptured breast implant.
"""


def rows(table: str) -> list[tuple[str, str]]:
    """Returns the sentences of a table, each with what must be read."""
    lines = [line.partition(": ") for line in table.strip().splitlines()]
    return [(sentence, wanted) for wanted, _, sentences in lines for sentence in sentences.split(" / ")]


def said(sentence: str, modality: str) -> list[str]:
    return [
        SIGNS[one.presence] + one.concept
        for one in reader(modality).read(sentence).findings
        if one.kind is not Kind.NORMAL
    ]


@pytest.mark.parametrize(("sentence", "wanted"), rows(RADIOGRAPH))
def test_radiographs(sentence: str, wanted: str) -> None:
    assert said(sentence, "cxr") == ([] if wanted == "none" else [wanted])


@pytest.mark.parametrize(("sentence", "wanted"), rows(CT))
def test_ct(sentence: str, wanted: str) -> None:
    assert said(sentence, "ct") == ([] if wanted == "none" else [wanted])


@pytest.mark.parametrize("label", sorted(LABELS))
def test_each_label_is_reached_by_many_wordings(label: str) -> None:
    concepts = reader("cxr").lexicon.concepts
    stated = [wanted.lstrip("!?") for _, wanted in rows(RADIOGRAPH) if wanted != "none"]
    assert sum(label in concepts[one].labels for one in stated) >= 6
