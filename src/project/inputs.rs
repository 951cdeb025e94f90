use std::path::{Path, PathBuf};

use super::analysis;
use super::figure::{FigureKeys, named_files, theme_files};
use super::file::{FigureRequest, Project};
use crate::check::CheckInputs;
use crate::source::split_layer;

impl Project {
    /// Every file that a run of the project reads, the project file among them: none of them is ever overwritten.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        let own = Some(self.file.clone()).filter(|file| !file.as_os_str().is_empty());
        let theme = self.theme.as_deref().map(theme_files).unwrap_or_default();
        own.into_iter().chain(theme).chain(self.data()).collect()
    }

    /// The files that the results of a run are made from.
    pub(super) fn data(&self) -> Vec<PathBuf> {
        let mut files = CheckInputs::from(self).files();
        files.extend(self.bulletin.template.clone());
        files.extend(self.maps.iter().chain(&self.charts).filter_map(FigureRequest::specification));
        let figures = self.maps.iter().chain(&self.charts);
        let named = figures.flat_map(|figure| named_files(&figure.spec, &self.file, &figure.set, Some(self.language)));
        // One that is not there is told by the figure that cannot be drawn.
        files.extend(named.filter(|file| split_layer(file).0.exists()));
        files.extend(self.charts.iter().flat_map(|chart| chart.tables().files().collect::<Vec<_>>()));
        let is_name = |name: &str| {
            name == analysis::REGISTER
                || self.layers.iter().any(|layer| layer.layer_name() == name)
                || self.analyses.iter().any(|analysis| analysis.name == name)
        };
        files.extend(self.analyses.iter().flat_map(|own| analysis::files(own, &self.folder, is_name)));
        files
    }
}

/// The files that a figure is made from: its specification and the files that this names, and, where there is a project, all that
/// the project reads.
///
/// Of a project file that cannot be read it is that file; reading it will say why.
#[must_use]
pub fn figure_inputs(spec: Option<&Path>, project: Option<&Path>, keys: &FigureKeys) -> Vec<PathBuf> {
    let of_project =
        |path: &Path| super::file::read(path).map_or_else(|_| vec![path.to_owned()], |project| project.inputs());
    keys.files(spec).into_iter().chain(project.into_iter().flat_map(of_project)).collect()
}
