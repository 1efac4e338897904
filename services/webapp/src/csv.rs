//! Devices as CSV: `name,enabled,labels`, labels as `key=value;key=value`. The API reads and writes the same.

use argosy_wire::api::device::{CreateDeviceRequest, Device};

use crate::handlers::devices::parse_labels;

/// The header.
const COLUMNS: [&str; 3] = ["name", "enabled", "labels"];

/// What people paste, as the lines of an import: JSON lines stay, CSV becomes JSON lines.
pub(crate) fn to_ndjson(text: &str) -> Result<String, String> {
    if text.trim_start().starts_with('{') {
        return Ok(text.to_owned());
    }
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
    let name = column("name").ok_or("The first line must name the columns: name,enabled,labels.")?;
    let (enabled, labels) = (column("enabled"), column("labels"));
    let mut lines = String::new();
    for (index, record) in reader.records().enumerate() {
        let number = index + 2;
        let record = record.map_err(|error| format!("Line {number}: {error}."))?;
        let field = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default();
        let request = CreateDeviceRequest {
            name: field(Some(name)).parse().map_err(|error| format!("Line {number}: {error}."))?,
            enabled: match field(enabled) {
                "" => None,
                text => Some(text.parse().map_err(|_| format!("Line {number}: enabled is true or false."))?),
            },
            labels: parse_labels(field(labels)).map_err(|error| format!("Line {number}: {error}"))?,
        };
        lines.push_str(&serde_json::to_string(&request).map_err(|error| error.to_string())?);
        lines.push('\n');
    }
    Ok(lines)
}

/// The header as a line.
pub(crate) fn header() -> String {
    format!("{}\n", COLUMNS.join(","))
}

/// A device as a line.
pub(crate) fn line(device: &Device) -> String {
    let labels: Vec<String> = device.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let enabled = device.enabled.to_string();
    // Writing to memory cannot fail.
    let _ = writer.write_record([device.name.as_str(), &enabled, &labels.join(";")]);
    writer.into_inner().ok().and_then(|line| String::from_utf8(line).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_become_lines() {
        let lines = to_ndjson("name,enabled,labels\ntruck-1,false,depot=a;kind=b\ntruck-2,,\n").unwrap();
        let first: CreateDeviceRequest = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!((first.enabled, first.labels.len()), (Some(false), 2));
        assert_eq!(lines.lines().count(), 2);
        assert_eq!(to_ndjson("{\"name\":\"a\"}").unwrap(), "{\"name\":\"a\"}");
        assert!(to_ndjson("device\na").unwrap_err().contains("name,enabled,labels"));
        assert!(to_ndjson("name\nBad Name").unwrap_err().starts_with("Line 2: a name is"));
    }
}
